import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import type { World } from './broker-world.ts'

export interface Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

export interface Question {
  readonly method?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  /** Hangs up. */
  readonly signal?: AbortSignal
}

const message = { model: 'claude-sonnet-5', max_tokens: 10, messages: [{ role: 'user', content: 'hello' }] }

/** Asks through the socket as a client inside would: with the session's key, unless headers are given. */
export async function ask({ socketPath, session }: World, question: Question = {}): Promise<Reply> {
  const response = await begin(socketPath, {
    ...question,
    headers: question.headers ?? { 'x-api-key': session.placeholderKey },
  })
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk)
  return { status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString('utf8') }
}

/** Resolves with the head of the answer. */
export function begin(socketPath: string, question: Question): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const { method = 'POST', body = message } = question
  const asking = request({
    socketPath,
    agent: false,
    method,
    ...(question.signal === undefined ? {} : { signal: question.signal }),
    path: question.path ?? '/anthropic/v1/messages',
    headers: { 'content-type': 'application/json', ...question.headers },
  })
    .once('response', resolve)
    .once('error', reject)
  if (method === 'GET' || method === 'HEAD') asking.end()
  else asking.end(typeof body === 'string' ? body : JSON.stringify(body))
  return promise
}
