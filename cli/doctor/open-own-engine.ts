import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SandboxError } from '../../worker/pipeline/ports/index.ts'
import { type OwnEngineKind, startOwnEngine } from '../../worker/sandbox/container/own-engine.ts'
import { UsageError } from '../command.ts'

export const ownEngineKinds: readonly OwnEngineKind[] = ['docker', 'podman']

/** An Engine for one look at this host: it ends with everything in it. Throws UsageError where it cannot be had. */
export async function openOwnEngine(kind: OwnEngineKind): Promise<{ readonly socket: string } & AsyncDisposable> {
  const right = 'sudo airlock doctor --own-engine podman'
  if (process.getuid?.() !== 0) throw new UsageError('--own-engine needs root', right)
  const folder = await mkdtemp(join(tmpdir(), 'airlock-e-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    const { socket, stop } = await startOwnEngine(kind, join(folder, 'e'))
    return {
      socket,
      async [Symbol.asyncDispose]() {
        await stop()
        await remove()
      },
    }
  } catch (error) {
    await remove()
    if (!(error instanceof SandboxError)) throw error
    throw new UsageError(error.message, right)
  }
}
