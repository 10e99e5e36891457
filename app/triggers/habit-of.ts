import type { JobRequest } from '../../worker/contract/index.ts'

const conventional = /^(?:build|chore|ci|docs|feat|fix|perf|refactor|revert|style|test)(?:\([^()\n]{1,50}\))?!?: \S/
const madeByGit = /^(?:Merge |Revert ")/
/** Fewer commits are no habit. */
const leastSeen = 5
const leastShare = 0.7

/** How these commits are titled, by the many of them; null where no rule is to be seen. */
export function habitOf(titles: readonly string[]): NonNullable<JobRequest['titles']> | null {
  const own = titles.filter((title) => !madeByGit.test(title))
  if (own.length < leastSeen) return null
  const alike = own.filter((title) => conventional.test(title)).length
  return alike >= own.length * leastShare ? 'conventional' : null
}
