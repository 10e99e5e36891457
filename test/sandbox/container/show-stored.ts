/**
 * A worker that shows a stored folder to a job through an overlay, in whatever mount namespace it is started in, and runs
 * a command there. Writes what came of it as JSON. Arguments: the Engine's socket, a folder with `stored` in it.
 */
import { dirname, join } from 'node:path'
import { createContainerEngine } from '../../../worker/sandbox/container/create-container-engine.ts'
import { createImageStore } from '../../../worker/sandbox/image/create-image-store.ts'
import { createOverlays } from '../../../worker/sandbox/overlay/create-overlays.ts'
import { createJobNamespaces } from '../../../worker/sandbox/overlay/job-namespaces.ts'
import { unmountBelow } from '../../../worker/sandbox/overlay/unmount-below.ts'
import { createPlace, runIn, shell } from '../battery/sandbox-bench.ts'
import { imagesDir } from '../images/built-image.ts'

const [, , socket = '', root = ''] = process.argv
const images = createImageStore(imagesDir)
const engineOf = () =>
  createContainerEngine({ ...{ runDir: join(root, 'run'), images, socket }, runtime: 'runc', now: Date.now })
const engine = engineOf()
const spec = await createPlace(engine, root, 'minimal').spec()
const folder = dirname(spec.workspace)
const owner = engine.fileOwner(spec.jobId)
const before = engine.seesMounts()
const plan = { stored: join(root, 'stored'), folder, owner }
const refused = await createOverlays(createJobNamespaces()).lay(plan, AbortSignal.timeout(60_000))
const ran = await run().catch((error: unknown) => ({ error: error instanceof Error ? error.message : String(error) }))
await unmountBelow(root)
// As a later worker on this machine has it.
process.stdout.write(JSON.stringify({ refused, before, ran, after: engineOf().seesMounts() }))

async function run() {
  const sandbox = await engine.create(spec)
  const line = 'cat d/a; echo mine >d/a; echo mine >~/new; mv d e; cat e/a ~/new; ls -A / | grep -c workspace'
  const { out, err } = await runIn(sandbox, shell(line))
  return { out, err, left: await sandbox.destroy() }
}
