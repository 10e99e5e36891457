import type { Outcome } from '../contract/index.ts'
import { AttemptAbortedError, outcomeOfError } from './end-of-attempt.ts'
import type { Job, StepResult } from './job.ts'

/**
 * Runs steps to a value or to an end. Cancelling and failures become outcomes; what is worth another attempt, and what
 * this one has no right to report any more, is thrown.
 */
export async function orOutcome<T>(job: Job, steps: () => Promise<StepResult<T>>): Promise<StepResult<T>> {
  if (job.attempt.signal.aborted) return { end: await abortedOutcome(job) }
  try {
    const result = await steps()
    if (job.attempt.signal.aborted) return { end: await abortedOutcome(job) }
    return result
  } catch (error) {
    if (job.attempt.signal.aborted) return { end: await abortedOutcome(job) }
    return { end: outcomeOfError(error, job.attempt.final) }
  }
}

/** A cancelling is an outcome; a lost lease or a worker's end is not this attempt's to report. */
async function abortedOutcome({ attempt, facts, ports, request }: Job): Promise<Outcome> {
  const { reason } = attempt.signal
  if (reason !== 'by-person' && reason !== 'access-ended') throw new AttemptAbortedError(reason)
  // Nobody may let out what was called off, and nobody wants to read it.
  if (facts.held !== null) await ports.held?.forget(request.id)
  if (facts.blocked !== null) await ports.blocked?.forget(request.id)
  facts.held = null
  facts.blocked = null
  if (reason === 'access-ended' && Object.keys(facts.durations).length === 0) {
    return { outcome: 'refused', reason: 'repository-unavailable', detail: 'the App may not act there any more' }
  }
  return { outcome: 'cancelled', reason }
}
