import { type JobRequest, jobRequestSchema } from '../contract/index.ts'
import { type ProcessDeps, processQueue, type QueueProcess } from './process-queue.ts'
import { productionTiming } from './settings.ts'

/** Runs `handle` for each job that was enqueued, until it has ended or is given up. */
export function processJobs(deps: ProcessDeps<JobRequest>, timing = productionTiming): QueueProcess {
  return processQueue('jobs', jobRequestSchema, deps, timing)
}
