import type { IncomingHttpHeaders } from 'node:http'
import { CloudAccessError } from './cloud/cloud.ts'

/** How one try ended without an answer that is worth giving on. */
export type FailedTry =
  | { readonly kind: 'answered'; readonly status: number; readonly headers: IncomingHttpHeaders }
  | { readonly kind: 'failed'; readonly error: unknown }

/** No connection, or one that broke before the answer began. A name or certificate that is wrong stays wrong. */
const passingErrors = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
  'ETIMEDOUT',
])

const firstWaitMs = 500
const longestGuessMs = 8000

/** Why a request may be asked again, in words for the record. Null: what came is the answer. */
export function passingFailure(tried: FailedTry): string | null {
  if (tried.kind === 'failed') {
    if (tried.error instanceof CloudAccessError) return tried.error.passing ? tried.error.message : null
    const code = tried.error instanceof Error && 'code' in tried.error ? tried.error.code : null
    return typeof code === 'string' && passingErrors.has(code) ? `no connection (${code})` : null
  }
  const { status, headers } = tried
  if (status < 400 || headers['x-should-retry'] === 'false') return null
  return status === 429 || status >= 500 || headers['x-should-retry'] === 'true' ? `status ${status}` : null
}

/**
 * Milliseconds until the next try: what the provider asks for, else twice as long as before, spread so that many jobs
 * do not come back at once. `random` is from 0 to 1.
 */
export function retryDelay(tried: FailedTry, triesBefore: number, now: number, random: number): number {
  const asked = tried.kind === 'answered' ? askedDelay(tried.headers, now) : null
  return asked ?? Math.min(firstWaitMs * 2 ** triesBefore, longestGuessMs) * (1 - random / 4)
}

/** `retry-after-ms`, or `retry-after` as seconds or as a date. */
function askedDelay(headers: IncomingHttpHeaders, now: number): number | null {
  const exact = nonNegative(headers['retry-after-ms'])
  if (exact !== null) return exact
  const text = headers['retry-after'] ?? ''
  const seconds = nonNegative(text)
  if (seconds !== null) return seconds * 1000
  // Date.parse takes far more for a date than HTTP's.
  const date = /^[A-Z][a-z]{2}, .{1,40} GMT$/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(date) ? null : Math.max(0, date - now)
}

function nonNegative(text: string | string[] | undefined): number | null {
  return typeof text === 'string' && /^\d{1,12}(?:\.\d{1,6})?$/.test(text) ? Number(text) : null
}
