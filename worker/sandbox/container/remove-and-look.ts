import { setTimeout as sleep } from 'node:timers/promises'
import { SandboxError } from '../../pipeline/ports/index.ts'
import type { EngineClient } from './engine-client.ts'

type Remover = Pick<EngineClient, 'remove' | 'inspect'>

/**
 * Removes a container and looks whether it is gone. An Engine that could not at this moment is asked again, for
 * `patienceMs`. False if it still has it then, or if nobody answers at its socket.
 */
export async function removeAndLook(engine: Remover, name: string, patienceMs: number): Promise<boolean> {
  const deadline = performance.now() + patienceMs
  for (let pause = 10; ; pause *= 2) {
    const answer = await tryToRemove(engine, name)
    if (answer !== 'still there') return answer === 'removed'
    if (performance.now() + pause > deadline) return false
    await sleep(pause)
  }
}

async function tryToRemove(engine: Remover, name: string): Promise<'removed' | 'still there' | 'no Engine'> {
  try {
    await engine.remove(name)
    return (await engine.inspect(name)) === null ? 'removed' : 'still there'
  } catch (error) {
    return error instanceof SandboxError && error.code === 'unavailable' ? 'no Engine' : 'still there'
  }
}
