/** The engines as benches see them, each with what it is compared with. */
import { chmod, mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { createPlace } from '../../test/sandbox/battery/sandbox-bench.ts'
import { builtImage } from '../../test/sandbox/images/built-image.ts'
import { microvmRunDir } from '../../test/sandbox/microvm/microvm-bench.ts'
import { type SandboxEngine, SandboxError } from '../../worker/pipeline/ports/index.ts'
import { createContainerEngine } from '../../worker/sandbox/container/create-container-engine.ts'
import { startOwnEngine } from '../../worker/sandbox/container/own-engine.ts'
import { createGvisorEngine } from '../../worker/sandbox/gvisor/create-gvisor-engine.ts'
import type { BuiltImage, ImageStore } from '../../worker/sandbox/image/built-image.ts'
import { requireImage } from '../../worker/sandbox/image/require-image.ts'
import { createMicrovmEngine } from '../../worker/sandbox/microvm/create-microvm-engine.ts'
import { removeTree } from '../../worker/seal/remove-tree.ts'
import type { Figure } from '../figure.ts'
import type { Bare } from './bare.ts'
import { bareContainer } from './bare-container.ts'
import { bareQemu } from './bare-qemu.ts'
import { bareRunsc } from './bare-runsc.ts'

const engineNames = ['docker', 'podman', 'gvisor', 'microvm'] as const
type EngineName = (typeof engineNames)[number]

export interface OpenEngine {
  readonly name: EngineName
  readonly engine: SandboxEngine
  readonly place: ReturnType<typeof createPlace>
  readonly bare: Bare
  /** Nobody else's, for anything; goes with the engine. */
  readonly folder: string
}

const imageName = 'minimal'

/** Measures one engine after the other. One that cannot be had here is left out, and why is said. */
export async function onEachEngine(
  say: (text: string) => void,
  measure: (engine: OpenEngine) => Promise<readonly Figure[]>,
): Promise<Figure[]> {
  const images = await builtImage(imageName)
  const image = await requireImage(images, imageName)
  const figures: Figure[] = []
  for (const name of engineNames) {
    try {
      figures.push(...(await withEngine(name, { images, image }, measure)))
    } catch (error) {
      if (!(error instanceof SandboxError && error.code === 'unavailable')) throw error
      say(`${name} is left out: ${error.message}`)
    }
  }
  return figures
}

interface Material {
  readonly images: ImageStore
  readonly image: BuiltImage
}

async function withEngine<Result>(
  name: EngineName,
  material: Material,
  use: (engine: OpenEngine) => Promise<Result>,
): Promise<Result> {
  await using stack = new AsyncDisposableStack()
  // Short, because the path of a unix socket ends at 107 bytes; the users of sandboxes may pass through.
  const folder = await mkdtemp('/tmp/airlock-bench-')
  stack.defer(() => removeTree(folder))
  await chmod(folder, 0o711)
  const { engine, bare } = await open(name, folder, material, stack)
  const place = createPlace(engine, folder, imageName)
  stack.defer(() => place.destroyAll())
  return await use({ name, engine, place, bare, folder })
}

async function open(
  name: EngineName,
  folder: string,
  { images, image }: Material,
  stack: AsyncDisposableStack,
): Promise<Pick<OpenEngine, 'engine' | 'bare'>> {
  const settings = { runDir: join(folder, 'run'), images, now: Date.now }
  switch (name) {
    case 'docker':
    case 'podman': {
      const own = await startOwnEngine(name, join(folder, 'e'))
      stack.defer(() => own.stop())
      const engine = createContainerEngine({ ...settings, socket: own.socket, runtime: 'runc' })
      return { engine, bare: bareContainer(name, own.client, `airlock/${image.name}:${image.digest}`) }
    }
    case 'gvisor':
      return { engine: createGvisorEngine(settings), bare: await bareRunsc(folder, image.rootfs) }
    case 'microvm':
      return {
        engine: createMicrovmEngine({ ...settings, runDir: microvmRunDir }),
        bare: await bareQemu(folder, microvmRunDir),
      }
  }
}
