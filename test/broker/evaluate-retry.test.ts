import { describe, expect, it } from 'vitest'
import { passingFailure, retryDelay } from '../../worker/broker/gateway/evaluate-retry.ts'

const now = Date.parse('2026-11-28T12:00:00Z')
const answered = (status: number, headers: Readonly<Record<string, string>> = {}) => ({
  ...({ kind: 'answered', status, headers } as const),
})
const failed = (code: string) => ({ kind: 'failed', error: Object.assign(new Error('no'), { code }) }) as const

describe('what is asked again', () => {
  it.each([
    [answered(429), 'status 429'],
    [answered(500), 'status 500'],
    [answered(503), 'status 503'],
    [answered(529), 'status 529'],
    [answered(409, { 'x-should-retry': 'true' }), 'status 409'],
    [failed('ECONNREFUSED'), 'no connection (ECONNREFUSED)'],
    [failed('ECONNRESET'), 'no connection (ECONNRESET)'],
  ])('%j', (tried, why) => {
    expect(passingFailure(tried)).toBe(why)
  })

  it.each([
    [answered(200)],
    [answered(200, { 'x-should-retry': 'true' })],
    [answered(302)],
    [answered(400)],
    [answered(401)],
    [answered(404)],
    [answered(429, { 'x-should-retry': 'false' })],
    [answered(529, { 'x-should-retry': 'false' })],
    [failed('ENOTFOUND')],
    [failed('CERT_HAS_EXPIRED')],
    [{ kind: 'failed', error: new Error('the model was silent for too long') } as const],
    [{ kind: 'failed', error: 'no error' } as const],
  ])('and what is not: %j', (tried) => {
    expect(passingFailure(tried)).toBeNull()
  })
})

describe('how long is waited', () => {
  it.each([
    [{ 'retry-after-ms': '1500', 'retry-after': '99' }, 1500],
    [{ 'retry-after-ms': '12.5' }, 12.5],
    [{ 'retry-after': '7' }, 7000],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': 'Sat, 28 Nov 2026 12:00:30 GMT' }, 30_000],
    [{ 'retry-after': 'Sat, 28 Nov 2026 11:00:00 GMT' }, 0],
  ])('%j asks for %d ms', (headers, ms) => {
    expect(retryDelay(answered(429, headers), 3, now, 0.5)).toBe(ms)
  })

  it.each([[{}], [{ 'retry-after': '-5' }], [{ 'retry-after': 'soon' }], [{ 'retry-after-ms': '1e9' }]])(
    '%j asks for nothing: twice as long each time, up to a bound, spread by a quarter',
    (headers) => {
      const waits = [0, 1, 2, 3, 4, 9].map((before) => retryDelay(answered(503, headers), before, now, 0))

      expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 8000])
      expect(retryDelay(answered(503, headers), 0, now, 1)).toBe(375)
    },
  )
})
