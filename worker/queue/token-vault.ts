/**
 * Where tokens are written down for as long as they live, so that a process that is killed leaves none that nobody
 * knows: the next attempt at the same work finds them and revokes them.
 *
 * Each is sealed with a key that is made from the App's own. Redis alone reveals nothing, and whoever can open one
 * holds the App's key and needs no token of ours.
 */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'
import type { Redis } from 'ioredis'
import { answered } from './answered.ts'

/** `owner` is what a token was minted for, such as a job's id. Methods throw QueueUnavailableError. */
export interface TokenVault {
  /** To be called before the token is used. */
  keep(owner: string, token: string): Promise<void>
  forget(owner: string, token: string): Promise<void>
  left(owner: string): Promise<readonly string[]>
}

/** GitHub's tokens live for an hour; clocks may differ a little. */
const keptSeconds = 65 * 60
const cipher = 'aes-256-gcm'
const nonceBytes = 12
const tagBytes = 16

/** `privateKey` is the App's, in PEM. */
export function createTokenVault(redis: Redis, privateKey: string): TokenVault {
  const key = Buffer.from(hkdfSync('sha256', privateKey, '', 'airlock token vault', 32))
  const keyOf = (owner: string) => `airlock:tokens:${owner}`
  return {
    async keep(owner, token) {
      const write = redis.multi().hset(keyOf(owner), nameOf(token), seal(key, token))
      await answered(write.expire(keyOf(owner), keptSeconds).exec())
    },
    async forget(owner, token) {
      await answered(redis.hdel(keyOf(owner), nameOf(token)))
    },
    async left(owner) {
      const sealed = await answered(redis.hvals(keyOf(owner)))
      return sealed.flatMap((text) => open(key, text) ?? [])
    },
  }
}

function nameOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

function seal(key: Buffer, token: string): string {
  const nonce = randomBytes(nonceBytes)
  const sealing = createCipheriv(cipher, key, nonce)
  const sealed = Buffer.concat([sealing.update(token, 'utf8'), sealing.final()])
  return Buffer.concat([nonce, sealing.getAuthTag(), sealed]).toString('base64')
}

/** Null for what was not sealed with this key, as after the App got a new one. */
function open(key: Buffer, text: string): string | null {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length < nonceBytes + tagBytes) return null
  const opening = createDecipheriv(cipher, key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes })
  opening.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes))
  try {
    return Buffer.concat([opening.update(bytes.subarray(nonceBytes + tagBytes)), opening.final()]).toString('utf8')
  } catch {
    return null
  }
}
