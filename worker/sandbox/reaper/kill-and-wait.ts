import { setTimeout as sleep } from 'node:timers/promises'
import { SandboxError } from '../../pipeline/ports/index.ts'
import { isStillRunning, type ProcessIdentity } from './process-identity.ts'

const longestPauseMs = 100

/**
 * Kills these processes and returns when the kernel has buried them. The first process of a pid namespace counts
 * as dead only when every other one in it is. Throws `not-destroyed` if that takes longer than `timeoutMs`.
 */
export async function killAndWait(processes: readonly ProcessIdentity[], timeoutMs: number): Promise<void> {
  let alive = processes.filter(isStillRunning)
  for (let pause = 1, waited = 0; alive.length > 0; pause = Math.min(pause * 2, longestPauseMs)) {
    if (waited > timeoutMs) throw new SandboxError('not-destroyed', `${alive.length} processes survived being killed`)
    for (const { pid } of alive) kill(pid)
    await sleep(pause)
    waited += pause
    alive = alive.filter(isStillRunning)
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended in between, which is what was wanted; if it lives and is not ours, the wait above says so.
  }
}
