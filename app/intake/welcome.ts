import type { BaseLogger } from 'pino'
import type { LifeEvent, NamedRepository, Policy } from '../../worker/contract/index.ts'
import { type WelcomedBy, welcomeIssue } from '../replies/welcome-issue.ts'
import { organisationPolicyName, type PolicyText, parseLevel } from '../repo-policy/evaluate-policy.ts'
import { matchesName } from '../repo-policy/operator/match-name.ts'
import type { OperatorPolicy } from '../repo-policy/operator/operator-policy.ts'
import type { ParsedPolicy } from '../repo-policy/parse-policy.ts'
import { resolvePolicy } from '../repo-policy/resolve-policy.ts'
import type { ReachableRepository } from './evaluate-life.ts'
import { fallbackTriggers } from './fallback-triggers.ts'
import { GitHubError } from './github-error.ts'
import type { Attempt, IssueDesk } from './ports.ts'

/** Repositories that were welcomed, for good. Methods throw a retryable error. */
export interface WelcomeBook {
  /** True once for each repository, until it is forgotten. */
  claim(repositoryId: number): Promise<boolean>
  forget(repositoryId: number): Promise<void>
}

export interface WelcomeDeps {
  readonly operatorPolicy: OperatorPolicy
  readonly book: WelcomeBook
  /** Of the owner of one that was added. Throws GitHubError. */
  readonly organisationPolicy: (event: LifeEvent, repository: NamedRepository, attempt: Attempt) => Promise<PolicyText>
  readonly deskOf: (event: LifeEvent, repository: NamedRepository, attempt: Attempt) => Pick<IssueDesk, 'open'>
  readonly log: Pick<BaseLogger, 'info'>
}

const adds: readonly LifeEvent['name'][] = ['installation.created', 'installation_repositories.added']

/**
 * One issue with the first steps in each repository that is added and that the operator or its organisation named, once
 * for ever: one that is taken off and added again is not told a second time.
 */
export async function welcome(
  deps: WelcomeDeps,
  event: LifeEvent,
  reachable: readonly ReachableRepository[],
  attempt: Attempt,
): Promise<void> {
  const { operatorPolicy, book, deskOf, log } = deps
  const { name, repositories, deliveryId } = event
  const ids = new Set(repositories.map(({ id }) => id))
  const added = reachable.filter(({ id, archived }) => ids.has(id) && !archived)
  const [first] = added
  if (first === undefined || !adds.includes(name)) return
  const organisation = await readOrganisation(deps, event, first, attempt)
  const issue = (wantedBy: WelcomedBy) => welcomeIssue(triggersUnder(operatorPolicy, organisation), wantedBy)
  const isNamed = (globs: readonly string[] | undefined, { owner, name }: ReachableRepository) =>
    globs?.some((glob) => matchesName(glob, `${owner}/${name}`)) === true
  for (const repository of added) {
    const byOperator = isNamed(operatorPolicy.file.welcome, repository)
    if (!byOperator && !isNamed(organisation?.file.welcome, repository)) continue
    if (!(await book.claim(repository.id))) continue
    try {
      const text = issue(byOperator ? 'operator' : 'organisation')
      const opened = await deskOf(event, repository, attempt).open('repository', text)
      log.info({ deliveryId, repositoryId: repository.id, issue: opened }, 'repository welcomed')
    } catch (error) {
      // Where issues are off, they stay off.
      if (error instanceof GitHubError && !error.retryable) {
        log.info({ deliveryId, repositoryId: repository.id, err: error }, 'repository not welcomed')
        // It was taken off meanwhile, and may be added again.
        if (error.code === 'not-found') await book.forget(repository.id)
        continue
      }
      await book.forget(repository.id)
      throw error
    }
  }
}

/** Null: there is none, or it is broken, which is told elsewhere: whoever is asked for nothing is told nothing. */
async function readOrganisation(
  { organisationPolicy, log }: WelcomeDeps,
  event: LifeEvent,
  added: NamedRepository,
  attempt: Attempt,
): Promise<ParsedPolicy | null> {
  try {
    return parseLevel(await organisationPolicy(event, added, attempt), organisationPolicyName).policy
  } catch (error) {
    if (!(error instanceof GitHubError) || error.retryable) throw error
    log.info({ deliveryId: event.deliveryId, err: error }, 'no policy of the organisation could be read')
    return null
  }
}

function triggersUnder({ level }: OperatorPolicy, organisation: ParsedPolicy | null): Policy['triggers'] {
  const resolved = resolvePolicy({ operator: level, organisation, repository: null })
  return resolved.ok ? resolved.policy.triggers : fallbackTriggers(level)
}
