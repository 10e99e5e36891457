/** What is known of webhooks that nobody took, for all apps of an installation together. */
import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { type DeliveryState, deliveryStateSchema } from '../contract/index.ts'
import { answered } from './answered.ts'
import { ledgerSeconds } from './settings.ts'

const stateKey = 'airlock:deliveries:state'
const turnKey = 'airlock:deliveries:turn'

/** Methods throw QueueUnavailableError. */
export interface DeliveryBook {
  /** False: somebody else has the turn. It is over after so many milliseconds in any case. */
  take(withinMs: number): Promise<boolean>
  release(): Promise<void>
  /** Null: nobody has looked yet, or not for weeks. */
  read(): Promise<DeliveryState | null>
  write(state: DeliveryState): Promise<void>
}

/** KEYS turn · ARGV whose: a turn that is over may be another's. */
const releaseScript = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`

export function createDeliveryBook(redis: Redis): DeliveryBook {
  const self = randomUUID()
  return {
    take: async (withinMs) => (await answered(redis.set(turnKey, self, 'PX', withinMs, 'NX'))) === 'OK',
    async release() {
      await answered(redis.eval(releaseScript, 1, turnKey, self))
    },
    async read() {
      const text = await answered(redis.get(stateKey))
      return text === null ? null : deliveryStateSchema.parse(JSON.parse(text))
    },
    async write(state) {
      await answered(redis.set(stateKey, JSON.stringify(state), 'EX', ledgerSeconds))
    },
  }
}
