import { copyFile, cp, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { hostUser } from '../../../worker/sandbox/host-user.ts'
import { createMicrovmEngine } from '../../../worker/sandbox/microvm/create-microvm-engine.ts'
import { prepareMicrovm } from '../../../worker/sandbox/microvm/prepare-microvm.ts'
import { createPlace } from '../battery/sandbox-bench.ts'
import { builtImage } from '../images/built-image.ts'

/** Below the project, so that a machine fetches the guest's kernel and tries its accelerators once for all test runs. */
export const microvmRunDir = fileURLToPath(new URL('../../../.airlock/microvm', import.meta.url))
/** Where builtImage keeps images. */
export const imagesDir = fileURLToPath(new URL('../../../.airlock/images', import.meta.url))
/** A guest that is translated, on a machine that is busy, takes this long at most for the little that tests ask of it. */
export const guestTimeoutMs = 300_000

/** Brings the guest's kernel, and how guests run here, to an engine that shall share nothing else with other tests. */
export async function bringGuest(runDir: string): Promise<void> {
  await prepareMicrovm(microvmRunDir, process.getuid?.() === 0 ? hostUser('trial') : null)
  await mkdir(runDir)
  await cp(join(microvmRunDir, 'kernel'), join(runDir, 'kernel'), { recursive: true })
  await copyFile(join(microvmRunDir, 'accelerator.json'), join(runDir, 'accelerator.json'))
}

/** A place with one engine of class microvm, where guests are booted and cleaned up after. */
export async function createMicrovmBench() {
  const folder = await mkdtemp('/tmp/airlock-vm-')
  const images = await builtImage('minimal')
  const engine = createMicrovmEngine({ runDir: microvmRunDir, images, now: Date.now })
  const place = createPlace(engine, folder, 'minimal')
  return {
    ...{ folder, engine, images },
    ...place,
    [Symbol.asyncDispose]: async () => {
      await place.destroyAll()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export type MicrovmBench = Awaited<ReturnType<typeof createMicrovmBench>>
