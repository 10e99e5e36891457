import { describe, expect, it } from 'vitest'
import { FenceLostError, HandoffError } from '../../worker/pipeline/ports/index.ts'
import { AttemptStoppedError, evaluateFailure, type FailureFacts } from '../../worker/queue/evaluate-failure.ts'

const facts: FailureFacts = { failures: 0, tries: 8, stopped: null, backoffMs: 1000, jitter: 1 }
const away = new HandoffError('unavailable', 'away')

describe('a failed attempt', () => {
  it('is tried again when its error says that this may help, later each time', () => {
    const verdicts = [0, 1, 2].map((failures) => evaluateFailure(away, { ...facts, failures }))

    expect(verdicts).toEqual([1000, 2000, 4000].map((delayMs) => ({ kind: 'retry', delayMs })))
  })

  it('does not come back at the same moment as the others', () => {
    expect(evaluateFailure(away, { ...facts, jitter: 0 })).toEqual({ kind: 'retry', delayMs: 500 })
  })

  it('waits as long as a rate limit says, and no longer than an hour and a bit', () => {
    const minute = new HandoffError('rate-limited', 'slow down', { retryAfterMs: 60_000 })
    const year = new HandoffError('rate-limited', 'slow down', { retryAfterMs: 365 * 24 * 3600_000 })

    expect(evaluateFailure(minute, facts)).toEqual({ kind: 'retry', delayMs: 61_000 })
    expect(evaluateFailure(year, facts)).toEqual({ kind: 'retry', delayMs: 65 * 60_000 + 1000 })
  })

  it('is given up after its tries', () => {
    expect(evaluateFailure(away, { ...facts, failures: 7 })).toEqual({ kind: 'bury' })
  })

  it.each([new TypeError('a bug'), new HandoffError('denied', 'no'), 'a string', null])(
    'is given up at once for %s',
    (error) => {
      expect(evaluateFailure(error, facts)).toEqual({ kind: 'bury' })
    },
  )

  it('goes back to the queue when the worker is to end', () => {
    const verdict = evaluateFailure(new Error('aborted'), { ...facts, stopped: new AttemptStoppedError('shutdown') })

    expect(verdict).toEqual({ kind: 'give-back' })
  })

  it.each([
    ['its fence is lost', new FenceLostError('overtaken'), null],
    ['its lock is lost', new Error('aborted'), new AttemptStoppedError('lock-lost')],
  ])('has no say any more when %s', (_what, error, stopped) => {
    expect(evaluateFailure(error, { ...facts, stopped })).toEqual({ kind: 'lost' })
  })
})
