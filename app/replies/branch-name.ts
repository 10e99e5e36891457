import { type JobRequest, shownIdOf } from '../../worker/contract/index.ts'

/** Made by the host from numbers and the job's id alone: nothing that a person or a model wrote is part of a ref. */
export function branchName(request: JobRequest): string {
  const { subject } = request
  const short = shownIdOf(request).slice(0, 10)
  if (subject === null) return `airlock/local-${short}`
  return subject.kind === 'issue' ? `airlock/issue-${subject.number}-${short}` : `airlock/pr-${subject.number}-${short}`
}
