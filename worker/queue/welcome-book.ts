import type { Redis } from 'ioredis'
import { answered } from './answered.ts'

/** Repositories that have their issue with the first steps. Methods throw QueueUnavailableError. */
export interface WelcomeBook {
  /** True once for each repository. */
  claim(repositoryId: number): Promise<boolean>
  forget(repositoryId: number): Promise<void>
}

/** Ids alone, kept for good: a repository that comes back is not told again. */
const key = 'airlock:welcomed'

export function createWelcomeBook(redis: Redis): WelcomeBook {
  return {
    claim: async (repositoryId) => (await answered(redis.sadd(key, repositoryId))) === 1,
    async forget(repositoryId) {
      await answered(redis.srem(key, repositoryId))
    },
  }
}
