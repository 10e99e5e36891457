import { DelayedError, type Job, UnrecoverableError, WaitingError } from 'bullmq'
import type { AttemptEnd } from './run-attempt.ts'

const lostMs = 30_000

/** Carries the delay that was chosen through BullMQ to its backoff strategy. */
class RetryLaterError extends Error {
  override readonly name = 'RetryLaterError'
  readonly delayMs: number

  constructor(delayMs: number) {
    super(`again in ${delayMs} ms`)
    this.delayMs = delayMs
  }
}

/** Says an attempt's end in BullMQ's words. Throws for every end but `done`: that is how BullMQ is told. */
export async function settle(job: Job, lockToken: string | undefined, end: AttemptEnd): Promise<void> {
  switch (end.kind) {
    case 'done':
      return
    case 'retry':
      throw new RetryLaterError(end.delayMs)
    case 'wait':
      if (end.priority !== undefined) await job.changePriority({ priority: end.priority })
      await job.moveToDelayed(Date.now() + end.delayMs, lockToken)
      throw new DelayedError()
    case 'give-back':
      await job.moveToWait(lockToken)
      throw new WaitingError()
    case 'lost':
      // BullMQ refuses to record this for want of the lock. Should the lock be ours all the same: not in a hot loop.
      throw new RetryLaterError(lostMs)
    case 'dead':
      throw new UnrecoverableError('given up')
  }
}

/** BullMQ's backoff strategy. */
export function retryDelay(_attempts: number, _type?: string, error?: Error): number {
  return error instanceof RetryLaterError ? error.delayMs : 0
}
