import type { Outcome } from '../../worker/contract/index.ts'
import { describeProblems, evaluatePolicy, type PolicyTexts } from '../repo-policy/evaluate-policy.ts'
import { asksForTraits, type RepositoryTraits } from '../repo-policy/operator/least-isolation.ts'
import type { OperatorPolicy } from '../repo-policy/operator/operator-policy.ts'
import { policyDigest } from '../repo-policy/policy-digest.ts'
import type { BranchHead, RepositoryFacts } from './ports.ts'

type PolicyFacts = Pick<RepositoryFacts, 'now' | 'traits' | 'organisationPolicy' | 'repositoryPolicy'>

/** What the effective policy is made of, beside the operator's file. */
export interface PolicySources {
  readonly texts: PolicyTexts
  readonly traits: RepositoryTraits
}

/** As the default branch's commit, and the owner's, say it. */
export async function readPolicySources(
  facts: PolicyFacts,
  operator: OperatorPolicy,
  defaultHead: BranchHead,
): Promise<PolicySources> {
  const [traits, organisation, repository] = await Promise.all([
    asksForTraits(operator.file.isolation) ? facts.traits() : nameOnly(facts.now),
    facts.organisationPolicy(),
    defaultHead.kind === 'commit' ? facts.repositoryPolicy(defaultHead.sha) : ({ kind: 'none' } as const),
  ])
  return { texts: { organisation, repository }, traits }
}

function nameOnly({ owner, name }: RepositoryFacts['now']): RepositoryTraits {
  return { fullName: `${owner}/${name}`, nameIsProven: true, visibility: null, topics: null, properties: null }
}

/** For the worker, which compares it with the frozen one before it starts and before it publishes. */
export async function readPolicyDigest(
  facts: PolicyFacts & Pick<RepositoryFacts, 'headOf'>,
  operator: OperatorPolicy,
): Promise<string | Outcome> {
  const { texts, traits } = await readPolicySources(facts, operator, await facts.headOf(facts.now.defaultBranch))
  const resolution = evaluatePolicy(operator, texts, traits)
  if (resolution.ok) return policyDigest(resolution.policy)
  return { outcome: 'refused', reason: 'policy-invalid', detail: describeProblems(resolution.problems) }
}
