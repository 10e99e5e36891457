import { digestOf, type TriggerEvent } from '../../worker/contract/index.ts'
import { mendedPolicyComment, policyIssue } from '../replies/policy-issue.ts'
import { evaluatePolicy, organisationPolicyName, policyPath } from '../repo-policy/evaluate-policy.ts'
import type { OperatorPolicy } from '../repo-policy/operator/operator-policy.ts'
import { closeOpened, openOnce } from './one-issue.ts'
import type { OpenedIssue, OpenRepository } from './ports.ts'
import type { PolicySources } from './read-policy.ts'

/** Which broken policy files an issue was opened for. Methods throw a retryable error. */
export interface PolicyIssueBook {
  /** True once for each file, until it is forgotten. `broken` is the digest of what it says. */
  claim(place: string, broken: string): Promise<boolean>
  note(place: string, issue: OpenedIssue): Promise<void>
  /** The issue, to one caller of many. Left alone where the file says what it said when it was found broken. */
  forget(place: string, unless: string | null): Promise<OpenedIssue | null>
}

export interface PolicyIssueDeps {
  readonly policyIssues: PolicyIssueBook
  /** What the operator allows, above everybody's policy. */
  readonly operatorPolicy: OperatorPolicy
}

interface PolicyFile {
  readonly place: string
  readonly level: 'repository' | 'organisation'
  readonly name: string
  /** Of what it says, and what it is held against. */
  readonly digest: string
}

/**
 * Where a policy on a default branch is broken, whoever keeps it is told by one issue, which is closed when it is mended.
 * It is looked at without who asks: a policy that is broken for some only would open and close one with every request.
 */
export async function keepPolicyIssues(
  { policyIssues, operatorPolicy }: PolicyIssueDeps,
  {
    installationId,
    repository,
  }: Pick<TriggerEvent, 'installationId'> & { readonly repository: { readonly id: number } },
  { issues }: Pick<OpenRepository, 'issues'>,
  { texts, traits }: PolicySources,
): Promise<void> {
  const { asker: _, ...nobody } = traits
  const resolution = evaluatePolicy(operatorPolicy, texts, nobody)
  const digest = digestOf([texts.organisation, operatorPolicy.file])
  const own: PolicyFile = { place: `repository:${repository.id}`, level: 'repository', name: policyPath, digest }
  const organisations: PolicyFile = {
    ...{ place: `organisation:${installationId}`, level: 'organisation', name: organisationPolicyName, digest },
  }
  if (resolution.ok) {
    await closeFor(own, null)
    // It may be broken for other repositories than this one, which can only say that it is mended once it says else.
    await closeFor(organisations, digest)
    return
  }
  for (const file of [own, organisations]) {
    const problems = resolution.problems.filter((problem) => problem.file === file.name)
    if (problems.length === 0) continue
    await openOnce(policyIssues, file.place, file.digest, () =>
      issues.open(file.level, policyIssue(file.name, problems)),
    )
  }

  function closeFor({ place, level }: PolicyFile, unless: string | null): Promise<void> {
    return closeOpened(policyIssues, place, unless, (issue) => issues.close(level, issue, mendedPolicyComment()))
  }
}
