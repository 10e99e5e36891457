/**
 * When GitHub asks an installation, or the App itself, to wait, all apps and workers wait: its limits are for all of them
 * together.
 */
import type { Redis } from 'ioredis'
import type { PauseOf } from '../contract/index.ts'
import { answered } from './answered.ts'
import { longestRetryAfterMs } from './settings.ts'

const keyOf = (whose: number | 'app') => `airlock:pause:${whose}`

/** KEYS pause · ARGV milliseconds. A shorter one does not end a longer one. */
const noteScript = `
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], '1', 'PX', ARGV[1]) end
return 1`

/** While Redis is away nobody is told, and GitHub itself refuses: neither is an error of whoever asks. */
export function createPauseBook(redis: Redis): PauseOf {
  return (whose) => ({
    async left() {
      const left = await answered(redis.pttl(keyOf(whose))).catch(() => 0)
      return Math.max(left, 0)
    },
    async note(ms) {
      const bounded = Math.min(Math.max(Math.ceil(ms), 1), longestRetryAfterMs)
      await answered(redis.eval(noteScript, 1, keyOf(whose), bounded)).catch(() => undefined)
    },
  })
}
