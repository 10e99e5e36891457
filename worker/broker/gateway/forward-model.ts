import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type AnswerReader, createAnswerReader } from './answer-reader.ts'
import { askUntilAnswered, type Persistence } from './ask-until-answered.ts'
import { SilentModelError, type UpstreamCaller, upstreamUrl } from './call-upstream.ts'
import { type Cloud, CloudAccessError, type Credential, type ShapedRequest } from './cloud/cloud.ts'
import type { Provider } from './provider.ts'
import { createKeyRedactor } from './redact-key.ts'

export interface ModelCall {
  readonly provider: Provider
  readonly baseUrl: string
  readonly cloud: Cloud | undefined
  readonly apiKey: string
  readonly target: Omit<ShapedRequest, 'body'>
  readonly body: Buffer
}

export interface RelayedAnswer {
  readonly status: number
  readonly reader: AnswerReader
  /** False: one side went away before the end. */
  readonly whole: boolean
}

/** `unreachable`: nothing was asked, or is worked on. `key-refused`: a cloud gives nobody a token for the operator's key. */
type Unasked = 'unreachable' | 'key-refused'
/**
 * Nobody saw the answer. `nobody`: the client went away, or the session ended. `compressed`: although it was asked not to
 * be. `silent`: it did not come.
 */
type Unseen = 'compressed' | 'nobody' | 'silent'
export type ModelAnswer = RelayedAnswer | Unasked | Unseen

export type Unanswered = Exclude<ModelAnswer, RelayedAnswer | 'key-refused'>

export function isUnasked(answer: ModelAnswer): answer is Unasked {
  return answer === 'unreachable' || answer === 'key-refused'
}

/** Asks the provider with the real key, and passes the answer on as it comes. */
export async function forwardModel(
  caller: UpstreamCaller,
  persistence: Persistence,
  call: ModelCall,
  response: ServerResponse,
): Promise<ModelAnswer> {
  const { limits, now, signal } = persistence
  const outgoing = {
    url: upstreamUrl(call.baseUrl, call.target.path, call.target.query),
    headers: {
      'content-type': 'application/json',
      'content-length': String(call.body.length),
      // Usage is read along the way, and the key looked for: neither works in compressed text.
      'accept-encoding': 'identity',
      ...call.target.headers,
    },
    body: call.body,
    idleMs: limits.modelIdleMs,
    signal,
  }
  let secrets: readonly string[] = []
  let asked = false
  const ask = async () => {
    const credential = await authorise(call, outgoing, now())
    secrets = credential.secrets
    asked = true
    return caller.call({ ...outgoing, headers: { ...outgoing.headers, ...credential.headers } })
  }
  try {
    const incoming = await askUntilAnswered(ask, {
      ...persistence,
      mayRetry(retry) {
        asked = false
        return persistence.mayRetry(retry)
      },
    })
    if ((incoming.headers['content-encoding'] ?? 'identity') === 'identity') {
      const headers = answerHeaders(incoming.headers)
      const unframe = call.cloud?.unframe(headers['content-type'] ?? '') ?? null
      if (unframe !== null) headers['content-type'] = 'text/event-stream; charset=utf-8'
      const reader = createAnswerReader(call.provider, headers['content-type'] ?? '', limits.exchangeBytes)
      const through = [...(unframe === null ? [] : [unframe]), ...secrets.map(createKeyRedactor)]
      return await relay(incoming, headers, through, reader, response)
    }
    incoming.destroy()
    return 'compressed'
  } catch (error) {
    if (signal.aborted) return asked ? 'nobody' : 'unreachable'
    if (error instanceof SilentModelError) return 'silent'
    return error instanceof CloudAccessError && !error.passing ? 'key-refused' : 'unreachable'
  }
}

async function authorise(
  { cloud, provider, apiKey }: ModelCall,
  outgoing: Parameters<Cloud['authorise']>[0],
  now: number,
): Promise<Credential> {
  return cloud?.authorise(outgoing, apiKey, now) ?? { headers: provider.authorise(apiKey), secrets: [apiKey] }
}

/** With back-pressure, without the real key, while the reader reads along. */
async function relay(
  incoming: IncomingMessage,
  headers: Readonly<Record<string, string>>,
  through: readonly Transform[],
  reader: AnswerReader,
  response: ServerResponse,
): Promise<RelayedAnswer> {
  const status = incoming.statusCode ?? 502
  through.at(-1)?.on('data', (chunk: Buffer) => reader.push(chunk))
  response.writeHead(status, headers)
  response.flushHeaders()
  try {
    await pipeline([incoming, ...through, response])
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
