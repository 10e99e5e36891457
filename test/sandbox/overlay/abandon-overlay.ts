/** A worker that shows a stored snapshot to a job and then stands still, to be killed. Arguments: data folder, job. */
import { join } from 'node:path'
import { setInterval } from 'node:timers'
import { createJobFolders } from '../../../worker/sandbox/job-folders.ts'
import { createOverlays } from '../../../worker/sandbox/overlay/create-overlays.ts'
import { createJobNamespaces } from '../../../worker/sandbox/overlay/job-namespaces.ts'

const [, , root = '', jobId = ''] = process.argv
const store = createJobFolders({ dir: join(root, 'jobs'), socketDir: join(root, 'sockets') })
const { root: folder } = await store.create(jobId, 1)
const plan = { stored: join(root, 'stored'), folder: join(folder, 'agent'), owner: { uid: 600_002, gid: 600_002 } }
const refused = await createOverlays(createJobNamespaces()).lay(plan, AbortSignal.timeout(60_000))
process.stdout.write(`${refused ?? 'laid'}\n`)
setInterval(() => undefined, 60_000)
