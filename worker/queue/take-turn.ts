import type { Redis } from 'ioredis'
import { answered } from './answered.ts'

/** What one app at a time does. Methods throw QueueUnavailableError. */
export interface Turn {
  /** False: somebody else has the turn. It is over after so many milliseconds in any case. */
  take(withinMs: number): Promise<boolean>
  release(): Promise<void>
}

/** KEYS turn · ARGV whose: a turn that is over may be another's. */
const releaseScript = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`

/** `self` is whoever takes it, in one word. */
export function createTurn(redis: Redis, key: string, self: string): Turn {
  return {
    take: async (withinMs) => (await answered(redis.set(key, self, 'PX', withinMs, 'NX'))) === 'OK',
    async release() {
      await answered(redis.eval(releaseScript, 1, key, self))
    },
  }
}
