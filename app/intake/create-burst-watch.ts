import { setTimeout as sleep } from 'node:timers/promises'

/** Lets events wait while there is a burst of deliveries: GitHub waits ten seconds for an answer, an event for ever. */
export interface BurstWatch {
  /** To be called for each delivery. */
  noticed(): void
  /** Resolves at once where there is no burst, else when it has been calm for a moment, and after two seconds anyway. */
  over(signal: AbortSignal): Promise<void>
}

/** A bucket that every delivery fills by one and that leaks so many in a second; from `burst` on it is one. */
const leakPerSecond = 500
const burst = 10
const full = 50

const lookMs = 50
const mostLooks = 40

export function createBurstWatch(now: () => number = () => performance.now()): BurstWatch {
  let level = 0
  let leakedAt = now()

  function leak(): number {
    const elapsedMs = now() - leakedAt
    leakedAt += elapsedMs
    level = Math.max(0, level - (elapsedMs * leakPerSecond) / 1000)
    return level
  }

  return {
    noticed() {
      level = Math.min(leak() + 1, full)
    },
    async over(signal) {
      if (leak() < burst) return
      let calm = 0
      // Twice in a row: between two waves of a burst it is calm for an instant.
      for (let look = 0; look < mostLooks && calm < 2; look += 1) {
        await sleep(lookMs, undefined, { signal })
        calm = leak() < burst ? calm + 1 : 0
      }
    },
  }
}
