import { type JobRequest, shownIdOf } from '../../worker/contract/index.ts'

/** Made by the host from numbers and the job's id alone: nothing that a person or a model wrote is part of a ref. */
export function branchName(request: JobRequest): string {
  const { subject, trigger } = request
  const short = shownIdOf(request).slice(0, 10)
  if (trigger.schedule !== undefined) return `${scheduleBranches(trigger.schedule.digest)}${short}`
  if (subject === null) return `airlock/${trigger.kind}-${short}`
  return subject.kind === 'issue' ? `airlock/issue-${subject.number}-${short}` : `airlock/pr-${subject.number}-${short}`
}

/** What the names of all branches of one schedule begin with. */
export function scheduleBranches(digest: string): string {
  return `airlock/schedule-${digest.slice(0, 10)}-`
}
