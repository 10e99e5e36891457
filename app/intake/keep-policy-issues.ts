import type { TriggerEvent } from '../../worker/contract/index.ts'
import { mendedPolicyComment, policyIssue } from '../replies/policy-issue.ts'
import { evaluatePolicy, organisationPolicyName, policyPath } from '../repo-policy/evaluate-policy.ts'
import type { OperatorPolicy } from '../repo-policy/operator/operator-policy.ts'
import type { OpenRepository } from './ports.ts'
import type { PolicySources } from './read-policy.ts'

/** Which broken policy files an issue was opened for. Methods throw a retryable error. */
export interface PolicyIssueBook {
  /** True once for each file, until it is forgotten. */
  claim(place: string): Promise<boolean>
  note(place: string, issue: number): Promise<void>
  forget(place: string): Promise<number | null>
}

export interface PolicyIssueDeps {
  readonly policyIssues: PolicyIssueBook
  /** What the operator allows, above everybody's policy. */
  readonly operatorPolicy: OperatorPolicy
}

/**
 * Where a policy on a default branch is broken, whoever keeps it is told by one issue. It is looked at without who asks:
 * a policy that is broken for some only would open and close one with every request.
 */
export async function keepPolicyIssues(
  { policyIssues, operatorPolicy }: PolicyIssueDeps,
  event: TriggerEvent,
  repository: OpenRepository,
  { texts, traits }: PolicySources,
): Promise<void> {
  const { asker: _, ...nobody } = traits
  const resolution = evaluatePolicy(operatorPolicy, texts, nobody)
  const own = `repository:${event.repository.id}`
  if (resolution.ok) {
    const issue = await policyIssues.forget(own)
    if (issue !== null) await repository.issues.close(issue, mendedPolicyComment())
    return
  }
  const files = [
    { place: own, level: 'repository', file: policyPath },
    // It may be broken for some repositories only, so that none of them can say that it is mended.
    { place: `organisation:${event.installationId}`, level: 'organisation', file: organisationPolicyName },
  ] as const
  for (const { place, level, file } of files) {
    const problems = resolution.problems.filter((problem) => problem.file === file)
    if (problems.length === 0 || !(await policyIssues.claim(place))) continue
    try {
      const issue = await repository.issues.open(level, policyIssue(file, problems))
      if (issue !== null) await policyIssues.note(place, issue)
    } catch (error) {
      await policyIssues.forget(place)
      throw error
    }
  }
}
