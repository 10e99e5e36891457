/** Tokens of the HTTP API that the operator made: by their SHA-256, so that Redis gives nobody one. */
import { randomBytes } from 'node:crypto'
import type { Redis } from 'ioredis'
import { type ApiToken, apiTokenDigest, apiTokenPrefix, apiTokenSchema } from '../contract/index.ts'
import { answered } from './answered.ts'

/** One field per token, by its digest. */
const tokensKey = 'airlock:api:tokens'

export type TokenWish = Pick<ApiToken, 'user' | 'repositories' | 'note' | 'expiresAt'>

/** Methods throw QueueUnavailableError. */
export interface ApiTokens {
  /** The only time that the token itself is to be seen. */
  create(wish: TokenWish): Promise<{ readonly token: string; readonly entry: ApiToken }>
  /** Null: there is none, or its time is over. */
  find(digest: string): Promise<ApiToken | null>
  /** Those that are good, the newest first. The others are forgotten. */
  list(): Promise<readonly ApiToken[]>
  /** False: there is none. */
  revoke(id: string): Promise<boolean>
}

export function createApiTokens(redis: Redis, now: () => number = Date.now): ApiTokens {
  const isGood = ({ expiresAt }: ApiToken) => Date.parse(expiresAt) > now()

  async function list(): Promise<readonly ApiToken[]> {
    const all = (await answered(redis.hvals(tokensKey))).map(parse)
    const over = all.filter((entry) => !isGood(entry))
    if (over.length > 0) await answered(redis.hdel(tokensKey, ...over.map(({ digest }) => digest)))
    return all.filter(isGood).toSorted((one, other) => (one.createdAt < other.createdAt ? 1 : -1))
  }

  return {
    list,
    async create(wish) {
      const token = `${apiTokenPrefix}${randomBytes(32).toString('base64url')}`
      const digest = apiTokenDigest(token)
      const createdAt = new Date(now()).toISOString()
      const entry = apiTokenSchema.parse({ ...wish, id: digest.slice(0, 12), digest, createdAt })
      await answered(redis.hset(tokensKey, digest, JSON.stringify(entry)))
      return { token, entry }
    },
    async find(digest) {
      const text = await answered(redis.hget(tokensKey, digest))
      const entry = text === null ? null : parse(text)
      return entry !== null && isGood(entry) ? entry : null
    },
    async revoke(id) {
      const found = (await list()).find((entry) => entry.id === id)
      return found !== undefined && (await answered(redis.hdel(tokensKey, found.digest))) === 1
    },
  }
}

function parse(text: string): ApiToken {
  return apiTokenSchema.parse(JSON.parse(text))
}
