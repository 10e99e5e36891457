import { type IntakeEvent, intakeEventSchema } from '../contract/index.ts'
import { type ProcessDeps, processQueue, type QueueProcess } from './process-queue.ts'
import { productionTiming } from './settings.ts'

/** Runs `handle` once for each event that the app accepted. */
export function processIntake(deps: ProcessDeps<IntakeEvent>, timing = productionTiming): QueueProcess {
  return processQueue('intake', intakeEventSchema, deps, timing)
}
