import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { type AnswerReader, createAnswerReader } from './answer-reader.ts'
import { askUntilAnswered, type Persistence } from './ask-until-answered.ts'
import { type UpstreamCaller, upstreamUrl } from './call-upstream.ts'
import type { ModelRoute } from './model-route.ts'
import { createKeyRedactor } from './redact-key.ts'

export interface ModelCall {
  readonly route: ModelRoute
  readonly baseUrl: string
  readonly apiKey: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

interface RelayedAnswer {
  readonly status: number
  readonly reader: AnswerReader
  /** False: one side went away before the end. */
  readonly whole: boolean
}

/** `nobody`: the client went away, or the session ended. `compressed`: although it was asked not to be. */
export type ModelAnswer = RelayedAnswer | 'unreachable' | 'compressed' | 'nobody'

/** Asks the provider with the real key, and passes the answer on as it comes. */
export async function forwardModel(
  caller: UpstreamCaller,
  { signal: ended, ...persistence }: Persistence,
  { route: { provider, path, query }, baseUrl, apiKey, headers, body }: ModelCall,
  response: ServerResponse,
): Promise<ModelAnswer> {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const signal = AbortSignal.any([gone.signal, ended])
  const { limits } = persistence
  const outgoing = {
    url: upstreamUrl(baseUrl, path, provider.query(query)),
    headers: {
      'content-type': 'application/json',
      'content-length': String(body.length),
      // Usage is read along the way, and the key looked for: neither works in compressed text.
      'accept-encoding': 'identity',
      ...provider.headers(headers),
      ...provider.authorise(apiKey),
    },
    body,
    idleMs: limits.modelIdleMs,
    signal,
  }
  try {
    const incoming = await askUntilAnswered(() => caller.call(outgoing), { ...persistence, signal })
    if ((incoming.headers['content-encoding'] ?? 'identity') === 'identity') {
      const reader = createAnswerReader(provider, incoming.headers['content-type'] ?? '', limits.exchangeBytes)
      return await relay(incoming, reader, apiKey, response)
    }
    incoming.destroy()
    return 'compressed'
  } catch {
    return signal.aborted ? 'nobody' : 'unreachable'
  }
}

/** With back-pressure, without the real key, while the reader reads along. */
async function relay(
  incoming: IncomingMessage,
  reader: AnswerReader,
  apiKey: string,
  response: ServerResponse,
): Promise<RelayedAnswer> {
  const status = incoming.statusCode ?? 502
  const redactor = createKeyRedactor(apiKey).on('data', (chunk: Buffer) => reader.push(chunk))
  response.writeHead(status, answerHeaders(incoming.headers))
  response.flushHeaders()
  try {
    await pipeline(incoming, redactor, response)
    return { status, reader, whole: true }
  } catch {
    return { status, reader, whole: false }
  }
}

const passed = new Set([
  'content-type',
  'content-length',
  'retry-after',
  'retry-after-ms',
  'request-id',
  'x-request-id',
  'x-should-retry',
])
const passedPrefixes = ['anthropic-ratelimit-', 'x-ratelimit-']

/** What a client needs of an answer's head. Cookies, redirects, and the operator's organisation stay outside. */
function answerHeaders(given: IncomingHttpHeaders): Record<string, string> {
  const kept = Object.entries(given).filter(
    (entry): entry is [string, string] =>
      typeof entry[1] === 'string' &&
      (passed.has(entry[0]) || passedPrefixes.some((prefix) => entry[0].startsWith(prefix))),
  )
  return Object.fromEntries(kept)
}
