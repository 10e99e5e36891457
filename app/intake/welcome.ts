import type { BaseLogger } from 'pino'
import type { LifeEvent, NamedRepository } from '../../worker/contract/index.ts'
import { welcomeIssue } from '../replies/welcome-issue.ts'
import { matchesName } from '../repo-policy/operator/match-name.ts'
import type { OperatorPolicy } from '../repo-policy/operator/operator-policy.ts'
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
  readonly deskOf: (event: LifeEvent, repository: NamedRepository, attempt: Attempt) => Pick<IssueDesk, 'open'>
  readonly log: Pick<BaseLogger, 'info'>
}

const adds: readonly LifeEvent['name'][] = ['installation.created', 'installation_repositories.added']

/**
 * One issue with the first steps in each repository that is added and that the operator named, once for ever: one that is
 * taken off and added again is not told a second time.
 */
export async function welcome(
  { operatorPolicy, book, deskOf, log }: WelcomeDeps,
  event: LifeEvent,
  reachable: readonly ReachableRepository[],
  attempt: Attempt,
): Promise<void> {
  const { name, repositories, deliveryId } = event
  const wanted = operatorPolicy.file.welcome
  if (wanted.length === 0 || !adds.includes(name)) return
  const added = new Set(repositories.map(({ id }) => id))
  for (const repository of reachable) {
    const isWanted = wanted.some((glob) => matchesName(glob, `${repository.owner}/${repository.name}`))
    if (!added.has(repository.id) || repository.archived || !isWanted || !(await book.claim(repository.id))) continue
    try {
      const issue = await deskOf(event, repository, attempt).open(
        'repository',
        welcomeIssue(fallbackTriggers(operatorPolicy.level)),
      )
      log.info({ deliveryId, repositoryId: repository.id, issue }, 'repository welcomed')
    } catch (error) {
      // Where issues are off, they stay off.
      if (error instanceof GitHubError && !error.retryable) {
        log.info({ deliveryId, repositoryId: repository.id, err: error }, 'repository not welcomed')
        continue
      }
      await book.forget(repository.id)
      throw error
    }
  }
}
