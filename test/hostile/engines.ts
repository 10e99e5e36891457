import { dirname, join } from 'node:path'
import type { SandboxEngine } from '../../worker/pipeline/ports/index.ts'
import { createContainerEngine } from '../../worker/sandbox/container/create-container-engine.ts'
import { startOwnEngine } from '../../worker/sandbox/container/own-engine.ts'
import { createGvisorEngine } from '../../worker/sandbox/gvisor/create-gvisor-engine.ts'
import { createImageStore } from '../../worker/sandbox/image/create-image-store.ts'
import { createMicrovmEngine } from '../../worker/sandbox/microvm/create-microvm-engine.ts'
import { createProcessEngine } from '../../worker/sandbox/process/create-process-engine.ts'
import { builtImage } from '../sandbox/images/built-image.ts'
import { bringGuest } from '../sandbox/microvm/microvm-bench.ts'

/** The columns of the table. */
export const engineNames = [
  'process',
  'process-ordinary-user',
  'process-image',
  'container-docker',
  'container-podman',
  'gvisor',
  'microvm',
] as const
export type EngineName = (typeof engineNames)[number]

/** An engine in a folder of its own, and which image its sandboxes are made of. */
export interface OpenedEngine {
  readonly engine: SandboxEngine
  readonly image: string
  stop(): Promise<void>
}

const stop = async () => {}

/** Makes an engine that keeps its own files in `folder`. What it needs and this machine has not is told by its error. */
export async function openEngine(name: EngineName, folder: string): Promise<OpenedEngine> {
  const runDir = join(folder, 'run')
  const now = Date.now
  if (name === 'process' || name === 'process-ordinary-user') {
    const hostTools = [{ name: 'node', path: dirname(dirname(process.execPath)), bin: 'bin' }]
    const images = createImageStore('/nonexistent')
    return { engine: createProcessEngine({ runDir, hostTools, images, now }), image: 'host', stop }
  }
  const image = 'minimal'
  const images = await builtImage(image)
  switch (name) {
    case 'process-image':
      return { engine: createProcessEngine({ runDir, hostTools: [], images, now }), image, stop }
    case 'gvisor':
      return { engine: createGvisorEngine({ runDir, images, now }), image, stop }
    case 'microvm':
      await bringGuest(runDir)
      return { engine: createMicrovmEngine({ runDir, images, now }), image, stop }
    case 'container-docker':
    case 'container-podman': {
      const own = await startOwnEngine(name === 'container-docker' ? 'docker' : 'podman', join(folder, 'e'))
      const options = { runDir, images, socket: own.socket, runtime: 'runc', now }
      return { engine: createContainerEngine(options), image, stop: () => own.stop() }
    }
  }
}
