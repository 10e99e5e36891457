import { type TriggerEvent, triggerEventSchema } from '../contract/index.ts'
import { type ProcessDeps, processQueue, type QueueProcess } from './process-queue.ts'
import { productionTiming } from './settings.ts'

/** Runs `handle` once for each trigger event that the app accepted. */
export function processIntake(deps: ProcessDeps<TriggerEvent>, timing = productionTiming): QueueProcess {
  return processQueue('intake', triggerEventSchema, deps, timing)
}
