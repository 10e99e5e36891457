/** A worker for the reaper's test: starts an endless command in a guest, says which sandbox it is in, and waits to be killed. */
import { z } from 'zod'
import { createImageStore } from '../../../worker/sandbox/image/create-image-store.ts'
import { createMicrovmEngine } from '../../../worker/sandbox/microvm/create-microvm-engine.ts'
import { roomyLimits } from '../battery/sandbox-bench.ts'

const [runDir, imagesDir, jobId, workspace, home] = z
  .tuple([z.string(), z.string(), z.string(), z.string(), z.string()])
  .parse(process.argv.slice(2))
const engine = createMicrovmEngine({ runDir, images: createImageStore(imagesDir), now: Date.now })
const sandbox = await engine.create({
  ...{ jobId, attempt: 1, phase: 'agent', image: 'minimal', workspace, home, tools: [], brokerSocket: null },
  limits: { ...roomyLimits, wallMs: 300_000 },
})
await sandbox.exec({
  argv: ['/bin/sh', '-c', 'echo started; while :; do sleep 1; done'],
  env: {},
  signal: AbortSignal.timeout(300_000),
  onOutput: () => {
    process.stdout.write(`${sandbox.id}\n`)
  },
})
