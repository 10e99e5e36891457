import { setTimeout as sleep } from 'node:timers/promises'
import { HandoffError } from '../pipeline/ports/index.ts'

const mostTries = 4
const firstWaitMs = 500
/** What GitHub wants us to wait for longer is waited for in the queue. */
const longestWaitMs = 5000

/** The wait before another try at what failed, in milliseconds; null: another try here does not help. */
export function waitBeforeRetry(error: unknown, triesSoFar: number): number | null {
  if (!(error instanceof HandoffError) || !error.retryable || triesSoFar >= mostTries) return null
  const jittered = firstWaitMs * 2 ** (triesSoFar - 1) * (0.5 + Math.random() / 2)
  const wait = Math.max(error.retryAfterMs ?? 0, jittered)
  return wait > longestWaitMs ? null : wait
}

/** Repeats what has no effect, or the same one, when it is repeated. */
export async function tryAgain<T>(operation: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await operation()
    } catch (error) {
      const wait = waitBeforeRetry(error, tries)
      if (wait === null) throw error
      await sleep(wait, undefined, { signal })
    }
  }
}
