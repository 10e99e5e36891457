import { setTimeout as sleep } from 'node:timers/promises'
import type { Fence } from '../pipeline/ports/index.ts'
import { waitBeforeRetry } from './try-again.ts'

export interface Effect<T> {
  /** Looks for what is to be there. Must be harmless to repeat. */
  readonly find: () => Promise<T | null>
  readonly create: () => Promise<T>
}

/**
 * Makes something be there exactly once. GitHub may have done what it did not answer, or another attempt was quicker:
 * so it is looked for before every try, and after every failure, whatever the failure said. `looked` is what the
 * caller's own look has just found.
 */
export async function ensure<T>(
  { find, create }: Effect<T>,
  fence: Fence,
  signal: AbortSignal,
  looked?: T | null,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    const found = tries === 1 && looked !== undefined ? looked : await find()
    if (found !== null) return found
    await fence.check()
    try {
      return await create()
    } catch (error) {
      signal.throwIfAborted()
      const madeAllTheSame = await find()
      if (madeAllTheSame !== null) return madeAllTheSame
      const wait = waitBeforeRetry(error, tries)
      if (wait === null) throw error
      await sleep(wait, undefined, { signal })
    }
  }
}
