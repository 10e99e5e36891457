import type { Quota } from '../contract/index.ts'

/** Longer than the day that it is about, wherever the clocks of workers stand. */
export const daySeconds = 3 * 24 * 3600

/** What an account has used of something on this day, in UTC. `now` in milliseconds since the epoch. */
export function dayKey({ unit, account }: Quota, now: number): string {
  return `airlock:used:${unit}:${new Date(now).toISOString().slice(0, 10)}:${account}`
}

/** Counters are whole numbers, so that sums stay exact: millionths of a dollar, milliseconds. */
const perUnit: Readonly<Record<Quota['unit'], number>> = {
  usd: 1_000_000,
  tokens: 1,
  minutes: 60_000,
  jobs: 1,
  concurrent: 1,
}

/** An amount as it is counted. */
export function counted({ unit }: Quota, amount: number): number {
  return Math.ceil(amount * perUnit[unit])
}

/** When the day ends that this moment is in. */
export function endOfDay(now: number): string {
  return new Date(Math.floor(now / dayMs + 1) * dayMs).toISOString()
}

const dayMs = 24 * 3600 * 1000
