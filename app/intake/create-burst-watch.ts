import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Lets what an event asks of GitHub wait in a burst of deliveries: GitHub waits ten seconds for an answer, an event
 * for ever.
 */
export interface BurstWatch {
  /** Runs what acknowledges a delivery. */
  deliver<T>(acknowledge: () => Promise<T>): Promise<T>
  /** Resolves at once where there is no burst, else when it has been calm for a moment, and after two seconds anyway. */
  over(signal: AbortSignal): Promise<void>
}

/** Deliveries at the same time from which on it is a burst. By number, not by rate: what is many depends on the machine. */
const crowd = 4
/** Between two waves of a burst it is calm for an instant. */
const calmMs = 100
const lookMs = 50
const mostLooks = 40

export function createBurstWatch(now: () => number = () => performance.now()): BurstWatch {
  let underway = 0
  let lastCrowdedAt = Number.NEGATIVE_INFINITY

  function notice(change: 1 | -1): void {
    underway += change
    if (Math.max(underway, underway - change) >= crowd) lastCrowdedAt = now()
  }

  const isBurst = () => underway >= crowd || now() - lastCrowdedAt < calmMs

  return {
    async deliver(acknowledge) {
      notice(1)
      try {
        return await acknowledge()
      } finally {
        notice(-1)
      }
    },
    async over(signal) {
      for (let look = 0; look < mostLooks && isBurst(); look += 1) await sleep(lookMs, undefined, { signal })
    },
  }
}
