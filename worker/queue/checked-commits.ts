import type { Redis } from 'ioredis'
import { answered } from './answered.ts'
import { ledgerSeconds } from './settings.ts'

/**
 * Whose check runs a commit has: GitHub names no job where all of them are asked for again, and what a payload says of
 * one would not be believed. Methods throw QueueUnavailableError.
 */
export interface CheckedCommits {
  /** Of several jobs the last one counts. */
  note(repositoryId: number, commit: string, jobId: string): Promise<void>
  /** Null: there is none of the last weeks. */
  jobOn(repositoryId: number, commit: string): Promise<string | null>
}

export function createCheckedCommits(redis: Redis): CheckedCommits {
  return {
    async note(repositoryId, commit, jobId) {
      await answered(redis.set(`${checkedKeysOf(repositoryId)}${commit}`, jobId, 'EX', ledgerSeconds))
    },
    jobOn: (repositoryId, commit) => answered(redis.get(`${checkedKeysOf(repositoryId)}${commit}`)),
  }
}

/** What the keys of all commits of a repository begin with. */
export const checkedKeysOf = (repositoryId: number) => `airlock:checked:${repositoryId}:`
