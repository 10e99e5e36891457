import type { Redis } from 'ioredis'
import { z } from 'zod'
import { answered } from './answered.ts'

export interface NotedIssue {
  /** The owner's repository that it is in, by name. */
  readonly repository: string
  readonly number: number
}

/**
 * Which broken policy files an issue was opened for. Kept here and not found again on GitHub: a list of issues that came
 * back empty once would have one opened for every request. Methods throw QueueUnavailableError.
 */
export interface PolicyIssueBook {
  /** True once for each file, until it is mended or three months are over. `broken` is the digest of what it says. */
  claim(place: string, broken: string): Promise<boolean>
  note(place: string, issue: NotedIssue): Promise<void>
  /**
   * Forgets the file, and says which issue was opened for it; to one caller of many. Not where it still says what it said
   * when it was found broken: `unless`, its digest, or null where that does not matter.
   */
  forget(place: string, unless: string | null): Promise<NotedIssue | null>
}

const keptSeconds = 90 * 24 * 3600

/** KEYS the file's · ARGV digest, TTL · 1: nobody had claimed it. */
const claimScript = `
redis.call('HSET', KEYS[1], 'broken', ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[2])
return redis.call('HSETNX', KEYS[1], 'claimed', '1')`

/** KEYS the file's · ARGV digest that is left alone, or nothing · repository and number, or nil. */
const forgetScript = `
if ARGV[1] ~= '' and redis.call('HGET', KEYS[1], 'broken') == ARGV[1] then return nil end
local issue = redis.call('HMGET', KEYS[1], 'repository', 'number')
redis.call('DEL', KEYS[1])
if not issue[1] then return nil end
return issue`

const issueSchema = z
  .tuple([z.string(), z.coerce.number().int().positive()])
  .transform(([repository, number]): NotedIssue => ({ repository, number }))
  .nullable()

export function createPolicyIssueBook(redis: Redis): PolicyIssueBook {
  const keyOf = (place: string) => `airlock:policy-issues:${place}`
  return {
    claim: async (place, broken) =>
      (await answered(redis.eval(claimScript, 1, keyOf(place), broken, keptSeconds))) === 1,
    async note(place, { repository, number }) {
      const key = keyOf(place)
      await answered(
        redis.multi().hset(key, 'repository', repository, 'number', number).expire(key, keptSeconds).exec(),
      )
    },
    forget: async (place, unless) =>
      issueSchema.parse(await answered(redis.eval(forgetScript, 1, keyOf(place), unless ?? ''))),
  }
}
