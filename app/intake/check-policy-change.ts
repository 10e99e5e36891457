/**
 * A pull request that changes a policy file is told what that would do, in a check run on its head. Nothing of it is
 * run; of the head only the policy files are read, as text.
 */
import type { BaseLogger } from 'pino'
import type { CheckRunText, PullEvent } from '../../worker/contract/index.ts'
import { type CheckedFile, policyCheck } from '../replies/policy-check.ts'
import { evaluateOrganisationChange, evaluateRepositoryChange } from '../repo-policy/changes/evaluate-change.ts'
import {
  organisationPolicyName,
  organisationPolicyPath,
  organisationRepositories,
  type PolicyText,
  policyPath,
} from '../repo-policy/evaluate-policy.ts'
import type { OperatorPolicy } from '../repo-policy/operator/operator-policy.ts'
import type { Attempt, RepositoryFacts } from './ports.ts'
import { readPolicySources } from './read-policy.ts'

/** A pull request's repository. Methods throw GitHubError. */
export interface OfferedChange extends AsyncDisposable {
  /** Which of these files it changes. */
  changedAmong(paths: readonly string[]): Promise<readonly string[]>
  /** Null: the repository is somebody else's now, or gone. */
  facts(): Promise<OfferedFacts | null>
  /** Written once for each head. */
  report(check: CheckRunText): Promise<void>
}

export interface OfferedFacts extends RepositoryFacts {
  /** A policy file as it is at a commit, also of a fork's head. */
  policyAt(path: string, commit: string): Promise<PolicyText>
}

export interface OfferedChanges {
  /** Null: the installation does not reach the repository any more. */
  open(event: PullEvent, attempt: Attempt): Promise<OfferedChange | null>
}

export interface PolicyChangeDeps {
  readonly changes: OfferedChanges
  readonly operatorPolicy: OperatorPolicy
  readonly log: Pick<BaseLogger, 'info'>
}

/** Takes one head of a pull request to its check, where it changes a policy. Throws what may be tried again. */
export async function checkPolicyChange(deps: PolicyChangeDeps, event: PullEvent, attempt: Attempt): Promise<void> {
  await using change = await deps.changes.open(event, attempt)
  if (change === null) return
  const paths = await change.changedAmong(pathsIn(event.repository.name))
  if (paths.length === 0) return
  const facts = await change.facts()
  if (facts === null) return
  const check = policyCheck(await Promise.all(paths.map((path) => checkFile(deps.operatorPolicy, facts, event, path))))
  await change.report(check)
  const { deliveryId, eventKey } = event
  deps.log.info({ deliveryId, eventKey, conclusion: check.conclusion }, 'policy change checked')
}

function isOrganisations(repository: string): boolean {
  return organisationRepositories.some((name) => name === repository.toLowerCase())
}

function pathsIn(repository: string): string[] {
  return isOrganisations(repository) ? [organisationPolicyPath, policyPath] : [policyPath]
}

async function checkFile(
  operator: OperatorPolicy,
  facts: OfferedFacts,
  { headSha }: PullEvent,
  path: string,
): Promise<CheckedFile> {
  const head = await facts.headOf(facts.now.defaultBranch)
  const after = await facts.policyAt(path, headSha)
  if (path === policyPath) {
    const { texts, traits } = await readPolicySources(facts, operator, head)
    const { organisation, repository: before } = texts
    const change = evaluateRepositoryChange({ operator, organisation, before, after, traits })
    return { path, name: policyPath, note: null, change }
  }
  const before = head.kind === 'commit' ? await facts.policyAt(path, head.sha) : ({ kind: 'none' } as const)
  const [first] = organisationRepositories
  const note =
    facts.now.name.toLowerCase() === first ? null : `Where \`${first}\` has an ${path}, this one is not read.`
  const change = evaluateOrganisationChange(operator, { before, after })
  return { path, name: organisationPolicyName, note, change }
}
