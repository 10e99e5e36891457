/**
 * Where tokens are written down for as long as they live, so that a process that is killed leaves none that nobody
 * knows: the next attempt at the same work finds them and revokes them.
 *
 * Each is sealed with a key that is made from the App's own. Redis alone reveals nothing, and whoever can open one
 * holds the App's key and needs no token of ours.
 */
import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'
import { answered } from './answered.ts'
import { open, seal, sealingKey } from './sealed-box.ts'

/** `owner` is what a token was minted for, such as a job's id. Methods throw QueueUnavailableError. */
export interface TokenVault {
  /** To be called before the token is used. */
  keep(owner: string, token: string): Promise<void>
  forget(owner: string, token: string): Promise<void>
  left(owner: string): Promise<readonly string[]>
}

/** GitHub's tokens live for an hour; clocks may differ a little. */
const keptSeconds = 65 * 60

/** `privateKey` is the App's, in PEM. */
export function createTokenVault(redis: Redis, privateKey: string): TokenVault {
  const key = sealingKey(privateKey, 'airlock token vault')
  const keyOf = (owner: string) => `airlock:tokens:${owner}`
  return {
    async keep(owner, token) {
      const sealed = seal(key, Buffer.from(token)).toString('base64')
      const write = redis.multi().hset(keyOf(owner), nameOf(token), sealed)
      await answered(write.expire(keyOf(owner), keptSeconds).exec())
    },
    async forget(owner, token) {
      await answered(redis.hdel(keyOf(owner), nameOf(token)))
    },
    async left(owner) {
      const sealed = await answered(redis.hvals(keyOf(owner)))
      return sealed.flatMap((text) => open(key, Buffer.from(text, 'base64'))?.toString('utf8') ?? [])
    },
  }
}

function nameOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
