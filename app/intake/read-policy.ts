import type { Outcome } from '../../worker/contract/index.ts'
import { asksForDevcontainer } from '../repo-policy/devcontainer-image.ts'
import { describeProblems, evaluatePolicy, type PolicyTexts, parseLevels } from '../repo-policy/evaluate-policy.ts'
import type { OperatorPolicy } from '../repo-policy/operator/operator-policy.ts'
import { policyDigest } from '../repo-policy/policy-digest.ts'
import type { RepositoryTraits } from '../repo-policy/rules/fits-condition.ts'
import { asksForTraits, teamsAsked } from '../repo-policy/rules/teams-asked.ts'
import type { BranchHead, RepositoryFacts } from './ports.ts'

type PolicyFacts = Pick<
  RepositoryFacts,
  'now' | 'traits' | 'organisationPolicy' | 'repositoryPolicy' | 'devcontainerImage' | 'teamsOf'
>

/** What the effective policy is made of, beside the operator's file. */
export interface PolicySources {
  readonly texts: PolicyTexts
  readonly traits: RepositoryTraits
}

/** As the default branch's commit, and the owner's, say it. Of who asks nothing is looked at. */
export async function readPolicySources(
  facts: PolicyFacts,
  operator: OperatorPolicy,
  defaultHead: BranchHead,
): Promise<PolicySources> {
  const [organisation, repository] = await Promise.all([
    facts.organisationPolicy(),
    defaultHead.kind === 'commit' ? facts.repositoryPolicy(defaultHead.sha) : ({ kind: 'none' } as const),
  ])
  const texts = { organisation, repository }
  const parsed = parseLevels(texts)
  if (!parsed.ok) return { texts, traits: nameOnly(facts.now) }
  const asksForImage = defaultHead.kind === 'commit' && asksForDevcontainer(operator, parsed.levels)
  const [traits, devcontainerImage] = await Promise.all([
    asksForTraits(operator, parsed.levels) ? facts.traits() : nameOnly(facts.now),
    asksForImage ? facts.devcontainerImage(defaultHead.sha) : undefined,
  ])
  return { texts, traits: devcontainerImage === undefined ? traits : { ...traits, devcontainerImage } }
}

/** The same, as it holds for one person: GitHub is asked for those teams that the policy names. */
export async function withAsker(
  sources: PolicySources,
  facts: Pick<RepositoryFacts, 'teamsOf'>,
  operator: OperatorPolicy,
  login: string,
): Promise<PolicySources> {
  const parsed = parseLevels(sources.texts)
  const teams = parsed.ok ? teamsAsked(operator, parsed.levels) : (operator.level.file.triggers?.teams ?? [])
  if (teams.length === 0) return sources
  return { ...sources, traits: { ...sources.traits, asker: await facts.teamsOf(login, teams) } }
}

function nameOnly({ owner, name }: RepositoryFacts['now']): RepositoryTraits {
  return { fullName: `${owner}/${name}`, nameIsProven: true, visibility: null, topics: null, properties: null }
}

/** A request as it was frozen: everybody who asked, and the policy that held for each of them then. */
export interface FrozenAsk {
  readonly logins: readonly string[]
  readonly policyDigest: string
}

/**
 * For the worker, which compares it with the frozen one before it starts and before it publishes: the frozen digest
 * where it still holds for everybody who asked, else another.
 */
export async function readPolicyDigest(
  facts: PolicyFacts & Pick<RepositoryFacts, 'headOf'>,
  operator: OperatorPolicy,
  frozen: FrozenAsk,
): Promise<string | Outcome> {
  const sources = await readPolicySources(facts, operator, await facts.headOf(facts.now.defaultBranch))
  for (const login of frozen.logins) {
    const { texts, traits } = await withAsker(sources, facts, operator, login)
    const resolution = evaluatePolicy(operator, texts, traits)
    if (!resolution.ok) {
      return { outcome: 'refused', reason: 'policy-invalid', detail: describeProblems(resolution.problems) }
    }
    const digest = policyDigest(resolution.policy)
    if (digest !== frozen.policyDigest) return digest
  }
  return frozen.policyDigest
}
