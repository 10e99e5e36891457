/** A worker for the reaper's test: starts an endless command, says which sandbox it is in, and waits to be killed. */
import { once } from 'node:events'
import { watch } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { createGvisorEngine } from '../../../worker/sandbox/gvisor/create-gvisor-engine.ts'
import { createImageStore } from '../../../worker/sandbox/image/create-image-store.ts'
import { createPlace, runIn, shell } from '../battery/sandbox-bench.ts'

const [folder, jobId, imagesDir] = z.tuple([z.string(), z.string(), z.string()]).parse(process.argv.slice(2))
const engine = createGvisorEngine({ runDir: join(folder, 'run'), images: createImageStore(imagesDir), now: Date.now })
const { sandbox, spec } = await createPlace(engine, folder, 'minimal').create({}, { jobId })
const written = once(watch(spec.workspace), 'change')
void runIn(sandbox, shell('trap "" HUP INT TERM; setsid sleep 300 & while :; do echo . >> beat; sleep 0.01; done'))
await written
process.stdout.write(`${sandbox.id}\n`)
