import { keepNewest } from '../../worker/contract/index.ts'
import type { RepositoryFacts } from '../intake/ports.ts'
import type { PolicyText } from '../repo-policy/evaluate-policy.ts'

/** By the commit's id, which says all of its content: what is remembered can be forgotten, but never be wrong. */
interface PolicyMemo {
  /** Reads a repository's policy once for each commit. Whether it may be read is not asked here. */
  remember(repositoryId: number, read: RepositoryFacts['repositoryPolicy']): RepositoryFacts['repositoryPolicy']
}

const mostPolicies = 100
const mostLength = 32 * 1024

export function createPolicyMemo(): PolicyMemo {
  const known = new Map<string, PolicyText>()
  return {
    remember: (repositoryId, read) => async (commit) => {
      const key = `${repositoryId} ${commit}`
      const found = known.get(key)
      if (found !== undefined) return found
      const policy = await read(commit)
      // That nothing is there may be about the token, and not about the commit.
      if (policy.kind !== 'text' || policy.text.length > mostLength) return policy
      keepNewest(known, key, policy, mostPolicies)
      return policy
    },
  }
}
