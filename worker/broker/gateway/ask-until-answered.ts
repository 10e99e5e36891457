import type { IncomingMessage } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import type { BrokerLimits } from '../broker-limits.ts'
import { type FailedTry, passingFailure, retryDelay } from './evaluate-retry.ts'

export interface Retry {
  /** Of the try that failed. */
  readonly why: string
  readonly waitMs: number
}

export interface Persistence {
  readonly limits: BrokerLimits
  readonly signal: AbortSignal
  readonly now: () => number
  /** Asked before each further try; false ends them. What is told here is in the record. */
  readonly mayRetry: (retry: Retry) => boolean
}

/**
 * Asks once, and again where the provider says or seems to mean that it would answer in a moment. Bounded in tries and
 * in the time that is spent waiting; a provider that asks for more is given on as it answered. Nothing was given on
 * before: only heads of answers are looked at here. Throws what `ask` throws when there is no answer.
 */
export async function askUntilAnswered(
  ask: () => Promise<IncomingMessage>,
  { limits, signal, now, mayRetry }: Persistence,
): Promise<IncomingMessage> {
  let waitedMs = 0
  for (let retries = 0; ; retries += 1) {
    const tried = await tryOnce(ask)
    const why = signal.aborted || retries >= limits.modelRetries ? null : passingFailure(tried)
    if (why === null) return answerOf(tried)
    const waitMs = Math.round(retryDelay(tried, retries, now(), Math.random()))
    if (waitedMs + waitMs > limits.modelRetryMs || !mayRetry({ why, waitMs })) return answerOf(tried)
    if (tried.kind === 'answered') tried.incoming.destroy()
    waitedMs += waitMs
    await setTimeout(waitMs, undefined, { signal })
  }
}

type Try = FailedTry & ({ readonly kind: 'answered'; readonly incoming: IncomingMessage } | { readonly kind: 'failed' })

async function tryOnce(ask: () => Promise<IncomingMessage>): Promise<Try> {
  try {
    const incoming = await ask()
    return { kind: 'answered', status: incoming.statusCode ?? 502, headers: incoming.headers, incoming }
  } catch (error) {
    return { kind: 'failed', error }
  }
}

function answerOf(tried: Try): IncomingMessage {
  if (tried.kind === 'answered') return tried.incoming
  throw tried.error
}
