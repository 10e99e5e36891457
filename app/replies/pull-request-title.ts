import { isQuarantined, type JobRequest } from '../../worker/contract/index.ts'
import { conventionalTitle } from './conventional-title.ts'
import { harmlessTitle } from './harmless.ts'

const maxTitle = 120

/**
 * What was asked, as one line: an issue's title for a label, else the first line of the task; in the form of Conventional
 * Commits where the repository has that habit.
 */
export function pullRequestTitle({ trigger, subject, task, titles, sorting, merges, base }: JobRequest): string {
  if (merges !== undefined) return harmlessTitle(`Merge ${merges.ref} into ${base.ref}`, maxTitle)
  const firstLine = task.text.split('\n', 1)[0] ?? ''
  const asked = trigger.kind === 'label' && subject !== null ? subject.title : firstLine
  const title = harmlessTitle(asked, maxTitle) || fallback(subject)
  return titles === 'conventional' ? conventionalTitle(title, sorting?.labels ?? []) : title
}

function fallback(subject: JobRequest['subject']): string {
  if (subject === null) return 'Work done by an agent'
  return `Work on ${subject.kind === 'issue' ? 'issue' : 'pull request'} ${subject.number}`
}

/**
 * The commit's message. No author is named in it: GitHub then signs it. Who asked is added where it is made. The mark that
 * asks CI to stay away is ours, by the policy; one of the agent's would have been broken.
 */
export function commitMessage(request: JobRequest): string {
  const { id, subject, policy, task, agent, merges } = request
  const asked =
    subject === null ? [] : [`Asked in ${subject.kind === 'issue' ? 'issue' : 'pull request'} ${subject.number}.`]
  const skip = policy.handoff.ci === 'skip' || isQuarantined(request) ? ['[skip ci]'] : []
  const made =
    merges === undefined
      ? `Made by an agent (${agent}) in a sandbox of Airlock.`
      : 'Made by Airlock. Where the two did not fit together, an agent put them together in a sandbox.'
  const body = [...asked, made, ...skip]
  return `${pullRequestTitle(request)}\n\n${body.join('\n')}\n\nAirlock-Job: ${id}\nAirlock-Task: sha256:${task.digest}\n`
}

/** Of the commit that lets CI run: what asks it to stay away is on the one before. */
export function releaseMessage({ approval }: JobRequest): string {
  const job = approval === undefined ? '' : `\n\nAirlock-Job: ${approval.jobId}`
  return `Let CI run\n\nA person approved the commit before this one. Nothing is changed here.${job}\n`
}
