import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createGvisorEngine } from '../../../worker/sandbox/gvisor/create-gvisor-engine.ts'
import { createPlace, type SandboxBench } from '../battery/sandbox-bench.ts'
import { builtImage } from '../images/built-image.ts'

/** A place with one engine of class gvisor in it, where sandboxes are made, run in and cleaned up after. */
export async function createGvisorBench(): Promise<SandboxBench> {
  const folder = await mkdtemp('/tmp/airlock-gv-')
  await chmod(folder, 0o711)
  const runDir = join(folder, 'run')
  const engine = createGvisorEngine({ runDir, images: await builtImage('minimal'), now: Date.now })
  const place = createPlace(engine, folder, 'minimal')
  return {
    ...{ folder, runDir, engine },
    ...place,
    [Symbol.asyncDispose]: async () => {
      await place.destroyAll()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
