import type { Outcome, Schedule } from '../../worker/contract/index.ts'
import { harmlessLine, harmlessTitle } from './harmless.ts'
import { reasonTexts } from './reason-texts.ts'

/** Told once for each schedule, to whoever keeps the policy. */
export function refusedScheduleIssue(
  { cron, by, task }: Schedule,
  { reason, detail }: Pick<Outcome, 'reason' | 'detail'>,
): { title: string; body: string } {
  const { what } = reasonTexts[reason]
  const why = detail === undefined ? what : `${what} (${harmlessLine(detail, 300)})`
  const whom = harmlessLine(by, 100)
  return {
    title: harmlessTitle(`Airlock: the schedule ${cron} of ${by} is refused`, 200),
    body: [
      `The schedule \`${cron}\` in the name of ${whom} was due and started nothing. Its task: ${harmlessLine(task, 200)}`,
      `What ${whom} would be told: ${why}`,
      'Mend what stands in its way, or the entry in the policy: it is tried again each time it is due. This is said once, and this issue is closed when the schedule goes again or is not in the policy any more.',
    ].join('\n\n'),
  }
}

export function leftScheduleComment(): string {
  return 'This schedule is not in the policy any more, or says something else there.'
}

export function goingScheduleComment(): string {
  return 'The schedule goes again.'
}
