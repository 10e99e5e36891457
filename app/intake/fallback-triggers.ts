import type { Policy } from '../../worker/contract/index.ts'
import { defaultPolicy } from '../repo-policy/default-policy.ts'
import { mergeSet } from '../repo-policy/narrow.ts'
import type { ParsedPolicy } from '../repo-policy/parse-policy.ts'

/** What is listened to, and whom, where the policy of a repository is not known: what the operator says. */
export function fallbackTriggers(operator: ParsedPolicy): Policy['triggers'] {
  return { ...defaultPolicy.triggers, ...mergeSet([operator.file.triggers]) }
}
