import type { Redis } from 'ioredis'
import { z } from 'zod'
import { answered } from './answered.ts'

/** How often somebody may do something, counted over all apps together. */
export interface PaceBook {
  /** Null: once more is not too often. Else the seconds until it is not. Throws QueueUnavailableError. */
  take(what: string, most: number, windowSeconds: number): Promise<number | null>
}

/** KEYS counter · ARGV seconds of a window · how often in this one, and what is left of it. */
const countScript = `
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return { count, redis.call('TTL', KEYS[1]) }`

const replySchema = z.tuple([z.int(), z.int()])

export function createPaceBook(redis: Redis): PaceBook {
  return {
    async take(what, most, windowSeconds) {
      const reply = await answered(redis.eval(countScript, 1, `airlock:pace:${what}`, windowSeconds))
      const [count, left] = replySchema.parse(reply)
      return count <= most ? null : Math.max(1, left)
    },
  }
}
