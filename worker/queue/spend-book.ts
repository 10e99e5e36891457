import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { Quota } from '../contract/index.ts'
import type { ModelSpend, SpendBook } from '../pipeline/ports/index.ts'
import { answered } from './answered.ts'
import { counted, dayKey, daySeconds } from './day-keys.ts'

/** KEYS one per account · ARGV TTL in seconds, what is added to each · what each account has used. */
const addScript = `
local used = {}
for at = 1, #KEYS do
  used[at] = redis.call('INCRBY', KEYS[at], ARGV[at + 1])
  redis.call('EXPIRE', KEYS[at], ARGV[1])
end
return used`

const repliesSchema = z.array(z.int())

/** One counter per account and day, which all workers share. `now` in milliseconds since the epoch. */
export function createSpendBook(redis: Redis, now: () => number = Date.now): SpendBook {
  return {
    async add(quotas, spend = { usd: 0, tokens: 0 }) {
      const bounds = quotas.flatMap((quota) => boundOf(quota, spend))
      if (bounds.length === 0) return null
      const keys = bounds.map(({ quota }) => dayKey(quota, now()))
      const amounts = bounds.map(({ quota, amount }) => counted(quota, amount))
      const reply = await answered(redis.eval(addScript, keys.length, ...keys, daySeconds, ...amounts))
      const used = repliesSchema.length(bounds.length).parse(reply)
      return bounds.find(({ quota }, index) => (used[index] ?? 0) >= counted(quota, quota.most))?.quota ?? null
    },
  }
}

function boundOf(quota: Quota, spend: ModelSpend) {
  const { unit } = quota
  return unit === 'usd' || unit === 'tokens' ? [{ quota, amount: spend[unit] }] : []
}
