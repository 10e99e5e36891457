import { type JobRequest, jobRequestSchema } from '../contract/index.ts'
import { type ProcessDeps, processQueue, type QueueProcess } from './process-queue.ts'
import { productionTiming } from './settings.ts'
import { createTurnBook } from './turn-book.ts'

/**
 * Runs `handle` for each job that was enqueued, until it has ended or is given up. Those that go on with one pull request
 * take turns.
 */
export function processJobs(deps: Omit<ProcessDeps<JobRequest>, 'begin'>, timing = productionTiming): QueueProcess {
  const { begin } = createTurnBook(deps.redis)
  return processQueue('jobs', jobRequestSchema, { ...deps, begin }, timing)
}
