/**
 * A model service that follows a script, for tests and for the demo: the real wire formats of Anthropic Messages,
 * OpenAI Responses and Chat Completions, and Gemini, with streaming, on loopback or a unix socket. It knows one key: what comes without it is
 * answered 401, so that an agent that got an answer proves that the key was added on its way.
 *
 * The requests are written down as they came, also the refused ones. May import only its own folder.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { ZodError } from 'zod'
import { type Api, apis } from './apis.ts'
import type { Conversation, Reply, Script, Step } from './conversation.ts'

export interface ModelOptions {
  readonly script: Script
  /** The only key that is let in: `x-api-key`, `x-goog-api-key`, or a bearer token. */
  readonly apiKey: string
  /** Listens on this path instead of a free port of 127.0.0.1. */
  readonly socketPath?: string
}

export interface RecordedRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
  /** What it was answered with. */
  readonly status: number
}

export interface ModelServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, or `unix:PATH`. */
  readonly url: string
  readonly requests: readonly RecordedRequest[]
}

const maxBodyBytes = 32 * 1024 * 1024

export async function startModel(options: ModelOptions): Promise<ModelServer> {
  const requests: RecordedRequest[] = []
  const server = createServer((request, response) => {
    void answer(options, requests, request, response).catch((error: unknown) => response.destroy(toError(error)))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    if (options.socketPath === undefined) server.listen(0, '127.0.0.1', resolve)
    else server.listen(options.socketPath, resolve)
  })
  const address = server.address()
  return {
    url: address !== null && typeof address === 'object' ? `http://127.0.0.1:${address.port}` : `unix:${address}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function answer(
  { script, apiKey }: ModelOptions,
  requests: RecordedRequest[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = request.url ?? '/'
  const [pathname] = path.split('?')
  const body = await readBody(request)
  requests.push({
    method: request.method ?? '',
    path,
    headers: request.headers,
    body,
    get status() {
      return response.statusCode
    },
  })
  const { api, match } = findApi(pathname ?? '')
  const refuse = (status: number, message: string) => sendJson(response, status, api.error(status, message))

  if (!keysOf(request).includes(apiKey)) return refuse(401, 'invalid x-api-key')
  if (match === null || request.method !== 'POST') return refuse(404, `no such route: ${request.method} ${pathname}`)
  try {
    const asked = api.read(JSON.parse(body), match)
    const inputTokens = Math.ceil(body.length / 4)
    if (asked.reply === null) return sendJson(response, 200, { input_tokens: inputTokens })
    const step = await script(asked.conversation)
    if (step.failure !== undefined) return refuse(step.failure.status, step.failure.message)
    const reply = toReply(step, asked.conversation, requests.length, inputTokens)
    const { frames, whole } = asked.reply
    return frames === null ? sendJson(response, 200, whole(reply)) : await sendFrames(response, frames(reply))
  } catch (error) {
    if (error instanceof ZodError || error instanceof SyntaxError) return refuse(400, error.message)
    throw error
  }
}

/** Without a match: whose error body is used for what nobody knows. */
function findApi(pathname: string): { readonly api: Api; readonly match: RegExpExecArray | null } {
  for (const api of apis) {
    const match = api.path.exec(pathname)
    if (match !== null) return { api, match }
  }
  return { api: apis[0], match: null }
}

function toReply(step: Step, conversation: Conversation, count: number, inputTokens: number): Reply {
  const id = `scripted${String(count).padStart(6, '0')}`
  const calls = (step.calls ?? []).map((call, index) => ({
    ...call,
    id: `${id}${index}`,
    custom: conversation.tools.some((tool) => tool.name === call.name && tool.kind === 'custom'),
  }))
  const text = step.text ?? ''
  const outputTokens = Math.ceil((text.length + JSON.stringify(calls).length) / 4)
  return { id, model: conversation.model, text, calls, inputTokens, outputTokens }
}

function keysOf(request: IncomingMessage): unknown[] {
  const [scheme, token] = (request.headers.authorization ?? '').split(' ')
  const { headers } = request
  return [headers['x-api-key'], headers['x-goog-api-key'], scheme?.toLowerCase() === 'bearer' ? token : undefined]
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    bytes += chunk.length
    if (bytes > maxBodyBytes) throw new RangeError('the request is too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'request-id': 'req_scripted' })
    .end(JSON.stringify(body))
}

async function sendFrames(response: ServerResponse, frames: Iterable<string>): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' })
  for (const frame of frames) {
    response.write(frame)
    // One turn of the loop for each event: they leave one by one, and nobody may rely on getting them together.
    await new Promise(setImmediate)
    if (response.destroyed) return
  }
  response.end()
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
