import { digestOf } from '../../worker/contract/index.ts'
import type { PolicyIssueBook } from '../intake/keep-policy-issues.ts'
import { closeOpened, openOnce } from '../intake/one-issue.ts'
import { goingScheduleComment, refusedScheduleIssue } from '../replies/schedule-issue.ts'
import type { Fired, Firing } from './fire-schedule.ts'

/**
 * A schedule asks nowhere, so a refusal has no place to be told: one issue for each schedule that is refused, whatever
 * the reason is the next time, until it goes again.
 */
export async function keepScheduleIssue(
  book: PolicyIssueBook,
  { open, schedule }: Pick<Firing, 'open' | 'schedule'>,
  fired: Fired,
): Promise<void> {
  const place = `schedule:${open.repository.id}:${digestOf(schedule)}`
  if (fired.kind !== 'refused') {
    await closeOpened(book, place, null, (issue) => open.issues.close('repository', issue, goingScheduleComment()))
  } else if (!open.facts.now.archived) {
    const issue = refusedScheduleIssue(schedule, fired)
    await openOnce(book, place, fired.reason, () => open.issues.open('repository', issue))
  }
}
