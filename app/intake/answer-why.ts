import { brokenPolicyComment, policyComment } from '../replies/policy-comment.ts'
import { explainPolicy } from '../repo-policy/explain-policy.ts'
import type { OperatorPolicy } from '../repo-policy/operator/operator-policy.ts'
import { policyDigest } from '../repo-policy/policy-digest.ts'
import type { BranchHead } from './ports.ts'
import type { PolicySources } from './read-policy.ts'

/** The effective policy and the origin of every value, or what is wrong with it. Returns the answer. */
export function answerWhy(
  operator: OperatorPolicy,
  { texts, traits }: PolicySources,
  defaultHead: BranchHead,
  jobId: string,
): string {
  const explanation = explainPolicy(operator, texts, traits)
  if (!explanation.ok) return brokenPolicyComment(jobId, explanation.problems)
  const commit = defaultHead.kind === 'commit' ? defaultHead.sha : null
  return policyComment(jobId, { commit, digest: policyDigest(explanation.policy), values: explanation.values })
}
