import { type PullEvent, pullEventSchema } from '../contract/index.ts'
import { type ProcessDeps, processQueue, type QueueProcess } from './process-queue.ts'
import { productionTiming } from './settings.ts'

/** Runs `handle` once for each head of a pull request that the app accepted. */
export function processPulls(deps: ProcessDeps<PullEvent>, timing = productionTiming): QueueProcess {
  return processQueue('pulls', pullEventSchema, deps, timing)
}
