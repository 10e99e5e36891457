import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { SpendBook } from '../pipeline/ports/index.ts'
import { answered } from './answered.ts'

/** Longer than the day that it is about, wherever the clocks of workers stand. */
const keptSeconds = 3 * 24 * 3600
/** Whole numbers, so that sums stay exact. */
const perUsd = 1_000_000

/** KEYS one per account · ARGV millionths of a dollar, TTL in seconds · what each account has spent. */
const addScript = `
local spent = {}
for at = 1, #KEYS do
  spent[at] = redis.call('INCRBY', KEYS[at], ARGV[1])
  redis.call('EXPIRE', KEYS[at], ARGV[2])
end
return spent`

const repliesSchema = z.array(z.int())

/** One counter per account and day, which all workers share. `now` in milliseconds since the epoch. */
export function createSpendBook(redis: Redis, now: () => number = Date.now): SpendBook {
  return {
    async add(budgets, usd) {
      if (budgets.length === 0) return null
      const day = new Date(now()).toISOString().slice(0, 10)
      const keys = budgets.map(({ account }) => `airlock:spend:${day}:${account}`)
      const reply = await answered(redis.eval(addScript, keys.length, ...keys, Math.ceil(usd * perUsd), keptSeconds))
      const spent = repliesSchema.length(budgets.length).parse(reply)
      return budgets.find((budget, index) => (spent[index] ?? 0) >= budget.usd * perUsd) ?? null
    },
  }
}
