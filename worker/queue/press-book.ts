import type { Redis } from 'ioredis'
import { answered } from './answered.ts'
import { ledgerSeconds } from './settings.ts'

/** Presses on check runs, which have no time and no number of their own. Methods throw QueueUnavailableError. */
export interface PressBook {
  /** With which delivery these signed words came first: with this one, where they never came before. */
  firstOf(pressKey: string, deliveryId: string): Promise<string>
  /**
   * Of presses that find the same state within a moment the event of the first: they are one wish. What was said of an
   * event once is said of it ever after.
   */
  leaderOf(eventKey: string, state: string): Promise<string>
}

/** As long as a press may take to change the state that the next one finds: a double click waits for as long. */
const sameWishSeconds = 60

/** KEYS value · ARGV value, TTL · the one that was there first. */
const firstScript = `
local first = redis.call('GET', KEYS[1])
if first then return first end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
return ARGV[1]`

/** KEYS what was said of the event, the state's first event · ARGV event, TTL of both. */
const leaderScript = `
local said = redis.call('GET', KEYS[1])
if said then return said end
local leader = redis.call('GET', KEYS[2])
if not leader then
  leader = ARGV[1]
  redis.call('SET', KEYS[2], leader, 'EX', ARGV[3])
end
redis.call('SET', KEYS[1], leader, 'EX', ARGV[2])
return leader`

export function createPressBook(redis: Redis): PressBook {
  return {
    async firstOf(pressKey, deliveryId) {
      const key = `airlock:press:first:${pressKey}`
      return String(await answered(redis.eval(firstScript, 1, key, deliveryId, ledgerSeconds)))
    },
    async leaderOf(eventKey, state) {
      const keys = [`airlock:press:said:${eventKey}`, `airlock:press:state:${state}`]
      return String(
        await answered(redis.eval(leaderScript, keys.length, ...keys, eventKey, ledgerSeconds, sameWishSeconds)),
      )
    },
  }
}
