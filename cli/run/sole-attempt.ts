import type { Attempt } from '../../worker/pipeline/job.ts'

/** The one attempt of a job that no queue knows: nobody takes it over, and only `signal` ends it before its time. */
export function soleAttempt(signal: AbortSignal): Attempt {
  return { number: 1, final: true, fence: { check: async () => {} }, signal, settle: async () => {} }
}
