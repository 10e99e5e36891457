/** What GitHub asked an installation to wait, told to every app and worker. Never throws. */
export interface Pause {
  /** Milliseconds; 0: go on. */
  left(): Promise<number>
  note(ms: number): Promise<void>
}

/** By installation, and for what is asked as the App itself. */
export type PauseOf = (whose: number | 'app') => Pause

/** Of a request that two limits are for. */
export const bothPauses = (one: Pause, other: Pause): Pause => ({
  left: async () => Math.max(...(await Promise.all([one.left(), other.left()]))),
  note: async (ms) => void (await Promise.all([one.note(ms), other.note(ms)])),
})

/** A wait up to here is waited out before a request: it is no try that failed. */
const longestWaitMs = 5000
const mostWaits = 3

/** Waits where it is short. Milliseconds that are still to be waited; 0: the request may be made. */
export async function waitOut(pause: Pause, sleep: (ms: number) => Promise<unknown>): Promise<number> {
  let left = await pause.left()
  for (let waits = 0; left > 0 && left <= longestWaitMs && waits < mostWaits; waits += 1) {
    await sleep(left)
    left = await pause.left()
  }
  return left
}

/**
 * For what may not wait: to revoke a token takes authority away, and a wait that GitHub asks for must leave none alive. A
 * limit that is met all the same is told to the others.
 */
export const onlyNoting = (pause: Pause): Pause => ({ note: pause.note, left: async () => 0 })
