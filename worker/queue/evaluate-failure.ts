import { FenceLostError } from '../pipeline/ports/index.ts'
import { longestBackoffMs, longestRetryAfterMs } from './settings.ts'

/** Why an attempt's signal was aborted: the worker is to end, or its lock went to somebody else. */
export class AttemptStoppedError extends Error {
  override readonly name = 'AttemptStoppedError'
  readonly code: 'shutdown' | 'lock-lost'

  constructor(code: 'shutdown' | 'lock-lost') {
    super(code)
    this.code = code
  }
}

export type FailureVerdict =
  | { readonly kind: 'retry'; readonly delayMs: number }
  /** Back to the queue at once, without counting. */
  | { readonly kind: 'give-back' }
  /** Somebody else has the job: no further word of this attempt counts. */
  | { readonly kind: 'lost' }
  | { readonly kind: 'bury' }

export interface FailureFacts {
  /** Failures before this one, and how many are allowed. */
  readonly failures: number
  readonly tries: number
  readonly stopped: AttemptStoppedError | null
  readonly backoffMs: number
  /** From 0 to 1, so that jobs which failed together do not come back together. */
  readonly jitter: number
}

/** The one place that decides what becomes of a job whose handler threw. */
export function evaluateFailure(error: unknown, facts: FailureFacts): FailureVerdict {
  if (error instanceof FenceLostError || facts.stopped?.code === 'lock-lost') return { kind: 'lost' }
  if (facts.stopped?.code === 'shutdown') return { kind: 'give-back' }
  if (!isRetryable(error) || facts.failures + 1 >= facts.tries) return { kind: 'bury' }

  const backoff = Math.min(facts.backoffMs * 2 ** facts.failures, longestBackoffMs)
  const asked = Math.min(retryAfterMs(error), longestRetryAfterMs)
  return { kind: 'retry', delayMs: Math.round(asked + backoff * (0.5 + facts.jitter / 2)) }
}

/** Each adapter's error says it of itself; a bug says nothing and is not tried again. */
function isRetryable(error: unknown): error is Error & { readonly retryable: true } {
  return error instanceof Error && 'retryable' in error && error.retryable === true
}

function retryAfterMs(error: Error): number {
  return 'retryAfterMs' in error && typeof error.retryAfterMs === 'number' ? Math.max(error.retryAfterMs, 0) : 0
}
