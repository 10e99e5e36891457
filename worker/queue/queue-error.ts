export type QueueErrorCode = 'misconfigured' | 'in-use' | 'not-installed' | 'start-failed'

/**
 * Redis is there but must not be used, or the embedded one could not be started. `problems` says what and how to mend
 * it, a line each. Redis that is merely away is the contract's QueueUnavailableError.
 */
export class QueueError extends Error {
  override readonly name = 'QueueError'
  readonly code: QueueErrorCode
  readonly retryable = false
  readonly problems: readonly string[]

  constructor(code: QueueErrorCode, problems: readonly string[], options?: ErrorOptions) {
    super(problems.join('; '), options)
    this.code = code
    this.problems = problems
  }
}
