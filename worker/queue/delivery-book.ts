/** What is known of webhooks that nobody took, for all apps of an installation together. */
import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { type DeliveryState, deliveryStateSchema } from '../contract/index.ts'
import { answered } from './answered.ts'
import { ledgerSeconds } from './settings.ts'
import { createTurn, type Turn } from './take-turn.ts'

const stateKey = 'airlock:deliveries:state'
const turnKey = 'airlock:deliveries:turn'

/** Methods throw QueueUnavailableError. */
export interface DeliveryBook extends Turn {
  /** Null: nobody has looked yet, or not for weeks. */
  read(): Promise<DeliveryState | null>
  write(state: DeliveryState): Promise<void>
}

export function createDeliveryBook(redis: Redis): DeliveryBook {
  return {
    ...createTurn(redis, turnKey, randomUUID()),
    async read() {
      const text = await answered(redis.get(stateKey))
      return text === null ? null : deliveryStateSchema.parse(JSON.parse(text))
    },
    async write(state) {
      await answered(redis.set(stateKey, JSON.stringify(state), 'EX', ledgerSeconds))
    },
  }
}
