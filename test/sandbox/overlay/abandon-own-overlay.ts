/**
 * A worker that is not root, shows a stored snapshot to a job, runs a sandbox on it, and is to be killed then.
 * Arguments: a folder as own-world.ts makes it, and the job.
 */
import { join } from 'node:path'
import { createImageStore } from '../../../worker/sandbox/image/create-image-store.ts'
import { createProcessEngine } from '../../../worker/sandbox/process/create-process-engine.ts'
import { roomyLimits } from '../battery/sandbox-bench.ts'
import { createOwnWorld } from './own-world.ts'

const [, , root = '', jobId = ''] = process.argv
const { lay, namespaces } = await createOwnWorld(root, jobId)
const { folders, refused } = await lay()
const runDir = join(root, 'run')
const parts = { runDir, hostTools: [], images: createImageStore(runDir), namespaces, now: Date.now }
const sandbox = await createProcessEngine(parts).create({
  ...{ jobId, attempt: 1, phase: 'agent', image: 'host', ...folders.agent, tools: [], brokerSocket: null },
  limits: roomyLimits,
})
await sandbox.exec({
  argv: ['sh', '-c', 'cat d/a; echo; setsid sleep 600 & sleep 600'],
  env: {},
  signal: AbortSignal.timeout(600_000),
  onOutput: (chunk) => void process.stdout.write(`${refused ?? 'laid'}: ${chunk.toString('utf8')}`),
})
