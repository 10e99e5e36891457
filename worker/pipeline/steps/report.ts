import type { JobSummary, Outcome } from '../../contract/index.ts'
import type { Job } from '../job.ts'
import { summarise } from '../summarise.ts'

/** Tells the requester and closes the record. GitHub's refusal of a comment or check stops nothing. */
export async function report(job: Job, outcome: Outcome): Promise<JobSummary> {
  job.audit.append('outcome', { ...outcome, branch: job.facts.branch, commit: job.facts.commit })
  const summary = summarise(job, outcome)
  await job.attempt.fence.check()
  await job.ports.reporter.finished(job.request, summary, job.facts.commit)
  return summary
}
