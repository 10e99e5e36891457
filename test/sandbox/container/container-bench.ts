import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createContainerEngine } from '../../../worker/sandbox/container/create-container-engine.ts'
import { type OwnEngineKind, type OwnRuntimes, startOwnEngine } from '../../../worker/sandbox/container/own-engine.ts'
import { createPlace } from '../battery/sandbox-bench.ts'
import { builtImage } from '../images/built-image.ts'

/** A real Engine of its own with an engine of class container on it, where sandboxes are made and cleaned up after. */
export async function createContainerBench(kind: OwnEngineKind, runtimes: OwnRuntimes = {}) {
  const images = await builtImage('minimal')
  const folder = await mkdtemp('/tmp/airlock-ct-')
  // runsc gives up its rights before it opens its files.
  await chmod(folder, 0o711)
  const own = await startOwnEngine(kind, join(folder, 'e'), runtimes)
  const runDir = join(folder, 'run')
  const engineOn = (socket: string, runtime = 'runc') =>
    createContainerEngine({ runDir, images, socket, runtime, now: Date.now })
  const engine = engineOn(own.socket)
  const place = createPlace(engine, folder, 'minimal')
  return {
    ...{ folder, runDir, socket: own.socket, engine, engineOn, images },
    ...place,
    [Symbol.asyncDispose]: async () => {
      await place.destroyAll()
      await own.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export type ContainerBench = Awaited<ReturnType<typeof createContainerBench>>
