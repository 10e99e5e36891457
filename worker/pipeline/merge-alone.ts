import type { JobRequest, JobSummary, Outcome } from '../contract/index.ts'
import { type Attempt, end, type Job, type PipelinePorts, type StepResult } from './job.ts'
import { runToReport } from './run-to-report.ts'
import { type Merges, mergeBase } from './steps/merge.ts'
import { timed } from './timed.ts'

export type MergeRequest = JobRequest & { readonly merges: Merges }

/** Brings a pull request of ours up to its base branch on a machine that runs no agent: where the two fit together. */
export function mergeAlone(request: MergeRequest, attempt: Attempt, ports: PipelinePorts): Promise<JobSummary> {
  return runToReport(request, attempt, ports, (job) => merge(job, request.merges))
}

async function merge(job: Job, merges: Merges): Promise<StepResult<Outcome>> {
  const merged = await timed(job, 'clone', () => mergeBase(job, merges))
  return merged === null ? end('failed', 'merge-failed', unfit) : { end: merged }
}

const unfit = 'the two do not fit together, and no agent puts them together here: that takes the App'
