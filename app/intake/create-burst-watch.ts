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

/** What the watches of several threads have in common. */
export const burstBytes = 2 * BigInt64Array.BYTES_PER_ELEMENT
const underway = 0
const lastCrowdedAt = 1

/** `shared` has `burstBytes` bytes, zeroes at first. `now` is in milliseconds since the epoch. */
export function createBurstWatch(shared: SharedArrayBuffer, now: () => number = Date.now): BurstWatch {
  const state = new BigInt64Array(shared)

  function notice(change: 1n | -1n): void {
    const before = Number(Atomics.add(state, underway, change))
    if (Math.max(before, before + Number(change)) >= crowd) Atomics.store(state, lastCrowdedAt, BigInt(now()))
  }

  const isBurst = () =>
    Atomics.load(state, underway) >= crowd || now() - Number(Atomics.load(state, lastCrowdedAt)) < calmMs

  return {
    async deliver(acknowledge) {
      notice(1n)
      try {
        return await acknowledge()
      } finally {
        notice(-1n)
      }
    },
    async over(signal) {
      for (let look = 0; look < mostLooks && isBurst(); look += 1) await sleep(lookMs, undefined, { signal })
    },
  }
}
