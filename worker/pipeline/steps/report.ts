import type { JobSummary, Outcome } from '../../contract/index.ts'
import type { Ended } from '../checkpoint.ts'
import { isRetryable } from '../end-of-attempt.ts'
import type { Job } from '../job.ts'
import { summarise } from '../summarise.ts'

/** Tells the requester and closes the record. GitHub's refusal of a comment or check stops nothing. */
export async function report(job: Job, outcome: Outcome): Promise<JobSummary> {
  const { audit, facts, ports, request } = job
  audit.append('outcome', { ...outcome, branch: facts.branch, commit: facts.commit })
  const ended: Ended = { kind: 'ended', summary: summarise(job, outcome), commit: facts.commit }
  // First: once a person has read which change waits, no attempt may start over and make another.
  if (facts.held !== null) await ports.checkpoints.save(request.id, ended)
  return tell(job, ended)
}

/** Where GitHub is away the end is written down first, so that a later attempt has nothing to do but to tell it. */
export async function tell(job: Job, ended: Ended): Promise<JobSummary> {
  await job.attempt.fence.check()
  try {
    await job.ports.reporter.finished(job.request, ended.summary, ended.commit)
  } catch (error) {
    if (isRetryable(error)) await job.ports.checkpoints.save(job.request.id, ended)
    throw error
  }
  return ended.summary
}
