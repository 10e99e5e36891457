/** A builder for the test of dead builders: tells each line of its work, and waits to be killed. */
import { buildImage } from '../../../worker/sandbox/image/build-image.ts'
import { buildOptions } from './build-options.ts'

const [imagesDir = ''] = process.argv.slice(2)
await buildImage('minimal', { ...buildOptions(imagesDir), onLine: (line) => process.stdout.write(`${line}\n`) })
