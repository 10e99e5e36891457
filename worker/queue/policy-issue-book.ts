import type { Redis } from 'ioredis'
import { answered } from './answered.ts'

/**
 * Which broken policy files an issue was opened for. Kept here and not found again on GitHub: a list of issues that came
 * back empty once would have one opened for every request. Methods throw QueueUnavailableError.
 */
export interface PolicyIssueBook {
  /** True once for each file, until it is mended or three months are over. */
  claim(place: string): Promise<boolean>
  note(place: string, issue: number): Promise<void>
  /** Forgets the file, and says which issue was opened for it. */
  forget(place: string): Promise<number | null>
}

const keptSeconds = 90 * 24 * 3600
const none = '0'

export function createPolicyIssueBook(redis: Redis): PolicyIssueBook {
  const keyOf = (place: string) => `airlock:policy-issue:${place}`
  return {
    async claim(place) {
      return (await answered(redis.set(keyOf(place), none, 'EX', keptSeconds, 'NX'))) === 'OK'
    },
    async note(place, issue) {
      await answered(redis.set(keyOf(place), String(issue), 'EX', keptSeconds))
    },
    async forget(place) {
      const issue = Number(await answered(redis.getdel(keyOf(place))))
      return issue > 0 ? issue : null
    },
  }
}
