import { type IntakeEvent, intakeEventSchema } from '../contract/index.ts'
import { type ProcessDeps, processQueue, type QueueProcess } from './process-queue.ts'
import { productionTiming } from './settings.ts'
import { createThreadLine } from './thread-line.ts'

type IntakeDeps = Omit<ProcessDeps<IntakeEvent>, 'begin' | 'roundOf'>

/** Runs `handle` once for each event that the app accepted, and not before those that came before it in its thread. */
export function processIntake(deps: IntakeDeps, timing = productionTiming): QueueProcess {
  const begin = createThreadLine(deps.redis).turnOf
  return processQueue('intake', intakeEventSchema, { ...deps, begin }, timing)
}
