import { z } from 'zod'

/** GitHub's answer to a request that it did not do. */
export interface RefusedAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: unknown
}

/** GitHub asks for at least a minute where a limit names no time. */
const unnamedWaitMs = 60_000

/** Where GitHub explains its limits has had several addresses: each names them, by their whole word, in page or section. */
const explanation = /\brate-limit(?:s|ing)\b/i
const bodySchema = z.object({ documentation_url: z.string().max(2000).regex(explanation) })

/**
 * Milliseconds to wait for a limit of GitHub's; null: it is none. A secondary limit may come as a plain 403 whose body
 * alone tells it from a missing permission.
 */
export function limitMs({ status, headers, body }: RefusedAnswer): number | null {
  if (status !== 403 && status !== 429) return null
  const named = namedWaitMs(headers)
  const isLimit = status === 429 || isExhausted(headers) || named !== null || bodySchema.safeParse(body).success
  return isLimit ? (named ?? unnamedWaitMs) : null
}

/** Milliseconds that an answer asks to wait; null: it names no time. */
export function namedWaitMs(headers: Readonly<Record<string, unknown>>): number | null {
  const seconds = Number(headers['retry-after'] ?? Number.NaN)
  if (Number.isFinite(seconds)) return Math.max(seconds, 0) * 1000
  const reset = Number(headers['x-ratelimit-reset'] ?? Number.NaN)
  return isExhausted(headers) && Number.isFinite(reset) ? Math.max(reset * 1000 - Date.now(), 0) : null
}

const isExhausted = (headers: Readonly<Record<string, unknown>>) => headers['x-ratelimit-remaining'] === '0'
