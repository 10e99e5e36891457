import type { JobRequest, JobSummary, Outcome } from '../contract/index.ts'
import type { Attempt, Job, PipelinePorts, StepResult } from './job.ts'
import { openJob } from './open-job.ts'
import { orOutcome } from './or-outcome.ts'
import { report } from './steps/report.ts'
import { timed } from './timed.ts'

/** A job of which nothing was done before on this machine, and nothing is taken up again: its steps, and what is told. */
export function runToReport(
  request: JobRequest,
  attempt: Attempt,
  ports: PipelinePorts,
  steps: (job: Job) => Promise<StepResult<Outcome>>,
): Promise<JobSummary> {
  return openJob(request, attempt, ports, async (job, settle) => {
    const result = await orOutcome(job, () => steps(job))
    await settle()
    return timed(job, 'report', () => report(job, 'end' in result ? result.end : result.value))
  })
}
