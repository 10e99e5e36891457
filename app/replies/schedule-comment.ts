import { type JobRequest, type Schedule, statusMarker } from '../../worker/contract/index.ts'
import { harmlessLine, harmlessTitle } from './harmless.ts'
import { pullRequestTitle } from './pull-request-title.ts'

/** On the pull request of an earlier firing, once: why no second one comes. `id` is what it is found again by. */
export function skippedScheduleComment(id: string, { cron, by }: Pick<Schedule, 'cron' | 'by'>): string {
  const whose = `The schedule \`${cron}\` of ${harmlessLine(by, 100)}`
  return `${statusMarker(id)}\n${whose} was due again, and was skipped because this pull request of it is open. It goes on when this one is merged or closed. This is said once.\n`
}

/** Where what a gate holds of a schedule's work is decided on. `marker` is what it is found again by. */
export function heldIssue(
  request: JobRequest,
  { digest, cron }: NonNullable<JobRequest['trigger']['schedule']>,
): { readonly marker: string; readonly title: string; readonly body: string } {
  const { actor, policy } = request
  return {
    marker: `<!-- airlock:schedule=${digest} -->`,
    title: harmlessTitle(`Held: ${pullRequestTitle(request)}`, 120),
    body: [
      `The schedule \`${cron}\` of ${harmlessLine(actor.login, 100)} had work done that a gate holds. Nobody asked for it in a place where it could be decided on, so that is here: each held change has a comment of its own below, with the findings, the change and its digest.`,
      `\`${policy.triggers.command} approve DIGEST\` as a comment here publishes one, \`${policy.triggers.command} reject DIGEST\` deletes it. The next ones of this schedule come here too, until this issue is closed.`,
    ].join('\n\n'),
  }
}
