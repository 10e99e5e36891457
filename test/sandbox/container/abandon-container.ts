/** A worker for the reaper's test: starts an endless command, says which sandbox it is in, and waits to be killed. */

import { once } from 'node:events'
import { watch } from 'node:fs'
import { z } from 'zod'
import { createContainerEngine } from '../../../worker/sandbox/container/create-container-engine.ts'
import { createImageStore } from '../../../worker/sandbox/image/create-image-store.ts'
import { roomyLimits, shell } from '../battery/sandbox-bench.ts'

const [socket, imagesDir, runDir, jobId, workspace, home] = z
  .tuple([z.string(), z.string(), z.string(), z.string(), z.string(), z.string()])
  .parse(process.argv.slice(2))
const engine = createContainerEngine({
  ...{ runDir, socket, runtime: 'runc', images: createImageStore(imagesDir), now: Date.now },
})
const sandbox = await engine.create({
  ...{ jobId, attempt: 1, phase: 'agent', image: 'minimal', workspace, home, tools: [], brokerSocket: null },
  limits: roomyLimits,
})
const written = once(watch(workspace), 'change')
void sandbox.exec({
  argv: shell('trap "" HUP INT TERM; setsid sleep 300 & while :; do echo . >> beat; sleep 0.01; done'),
  env: {},
  signal: AbortSignal.timeout(60_000),
  onOutput: () => {},
})
await written
process.stdout.write(`${sandbox.id}\n`)
