import type { BaseLogger } from 'pino'
import { digestOf } from '../../worker/contract/index.ts'
import { GitHubError } from '../intake/github-error.ts'
import type { PolicyIssueBook, PolicyIssueDeps } from '../intake/keep-policy-issues.ts'
import { closeOpened, openOnce } from '../intake/one-issue.ts'
import { goingScheduleComment, leftScheduleComment, refusedScheduleIssue } from '../replies/schedule-issue.ts'
import type { Fired, Firing } from './fire-schedule.ts'
import type { DueRepository } from './ports.ts'

/**
 * A schedule asks nowhere, so a refusal has no place to be told: one issue for each schedule that is refused, whatever
 * the reason is the next time, until it goes again.
 */
export async function keepScheduleIssue(
  book: PolicyIssueBook,
  { open, schedule }: Pick<Firing, 'open' | 'schedule'>,
  fired: Fired,
): Promise<void> {
  const place = placeOf(open, digestOf(schedule))
  if (fired.kind !== 'refused') {
    await closeOpened(book, place, null, (issue) => open.issues.close('repository', issue, goingScheduleComment()))
  } else if (!open.facts.now.archived) {
    const issue = refusedScheduleIssue(schedule, fired)
    await openOnce(book, place, fired.reason, () => open.issues.open('repository', issue))
  }
}

/** Of a schedule that is not in the policy any more, or says something else there. Throws what may be tried again. */
export async function closeLeftIssue(
  { policyIssues, log }: Pick<PolicyIssueDeps, 'policyIssues'> & { readonly log: Pick<BaseLogger, 'warn'> },
  open: DueRepository,
  digest: string,
): Promise<void> {
  try {
    await closeOpened(policyIssues, placeOf(open, digest), null, (issue) =>
      open.issues.close('repository', issue, leftScheduleComment()),
    )
  } catch (error) {
    if (!(error instanceof GitHubError) || error.retryable) throw error
    log.warn({ err: error, repositoryId: open.repository.id }, 'the issue of a schedule could not be closed')
  }
}

const placeOf = ({ repository }: DueRepository, digest: string) => `schedule:${repository.id}:${digest}`
