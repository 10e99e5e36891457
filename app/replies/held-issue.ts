import type { JobRequest } from '../../worker/contract/index.ts'
import { harmlessLine, harmlessTitle } from './harmless.ts'
import { pullRequestTitle } from './pull-request-title.ts'

interface HeldIssue {
  readonly marker: string
  readonly title: string
  readonly body: string
}

/**
 * Where what a gate holds is decided on, of work that was asked for on no issue. `marker` is what it is found again by:
 * a schedule has one for all of its work, any other job one of its own.
 */
export function heldIssue(request: JobRequest): HeldIssue {
  const { id, actor, policy, trigger } = request
  const { schedule } = trigger
  const who = harmlessLine(actor.login, 100)
  const [name, asked, next] =
    schedule === undefined
      ? [`held=${id}`, `${who} asked over the API for work that a gate holds`, '']
      : [
          `schedule=${schedule.digest}`,
          `The schedule \`${schedule.cron}\` of ${who} had work done that a gate holds`,
          ' The next ones of this schedule come here too, until this issue is closed.',
        ]
  const { command } = policy.triggers
  return {
    marker: `<!-- airlock:${name} -->`,
    title: harmlessTitle(`Held: ${pullRequestTitle(request)}`, 120),
    body: [
      `${asked}. Nobody asked for it in a place where it could be decided on, so that is here: each held change has a comment of its own below, with the findings, the change and its digest.`,
      `\`${command} approve DIGEST\` as a comment here publishes one, \`${command} reject DIGEST\` deletes it.${next}`,
    ].join('\n\n'),
  }
}
