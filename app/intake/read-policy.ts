import type { Outcome } from '../../worker/contract/index.ts'
import { describeProblems, evaluatePolicy } from '../repo-policy/evaluate-policy.ts'
import type { ParsedPolicy } from '../repo-policy/parse-policy.ts'
import { policyDigest } from '../repo-policy/policy-digest.ts'
import type { Resolution } from '../repo-policy/resolve-policy.ts'
import type { BranchHead, RepositoryFacts } from './ports.ts'

type PolicyFacts = Pick<RepositoryFacts, 'organisationPolicy' | 'repositoryPolicy'>

/** The effective policy as the default branch's commit, and the owner's, say it. */
export async function readPolicy(
  facts: PolicyFacts,
  operator: ParsedPolicy | null,
  defaultHead: BranchHead,
): Promise<Resolution> {
  const [organisation, repository] = await Promise.all([
    facts.organisationPolicy(),
    defaultHead.kind === 'commit' ? facts.repositoryPolicy(defaultHead.sha) : ({ kind: 'none' } as const),
  ])
  return evaluatePolicy(operator, { organisation, repository })
}

/** For the worker, which compares it with the frozen one before it starts and before it publishes. */
export async function readPolicyDigest(
  facts: PolicyFacts & Pick<RepositoryFacts, 'now' | 'headOf'>,
  operator: ParsedPolicy | null,
): Promise<string | Outcome> {
  const resolution = await readPolicy(facts, operator, await facts.headOf(facts.now.defaultBranch))
  if (resolution.ok) return policyDigest(resolution.policy)
  return { outcome: 'refused', reason: 'policy-invalid', detail: describeProblems(resolution.problems) }
}
