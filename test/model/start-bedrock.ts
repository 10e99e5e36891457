/**
 * Bedrock's InvokeModel as far as a gateway meets it: one region, signatures recomputed by AWS's own library, requests
 * refused that the real one refuses, and answers in real event-stream frames. A scripted model answers.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { EventStreamCodec } from '@smithy/core/event-streams'
import { z } from 'zod'
import { conversationFromMessages, messageEvents, messageFromReply, messagesRequestSchema } from './anthropic-wire.ts'
import { type AwsAccess, isSignedForAws } from './aws-signature.ts'
import type { Script } from './conversation.ts'
import type { RecordedRequest } from './start-model.ts'

export interface BedrockOptions {
  readonly script: Script
  readonly region: string
  /** What requests have to be signed with, or the bearer token that they have to bring. */
  readonly key: AwsAccess | string
  /** Says what is sent in place of a stream's bytes, in order; undefined: the bytes themselves. */
  readonly frames?: (frames: readonly Buffer[]) => AsyncIterable<Buffer> | Iterable<Buffer>
  /** Answers this and looks no further; undefined: as the script says. */
  readonly fault?: () => { readonly status: number; readonly body: object } | undefined
}

export interface Bedrock extends AsyncDisposable {
  readonly url: string
  readonly requests: readonly RecordedRequest[]
}

const pathPattern = /^\/model\/(?<model>[^/]+)\/(?<action>invoke|invoke-with-response-stream)$/
/** The real one answers 400 to any other key: `extraneous key is not permitted`. */
const bodySchema = z.strictObject({
  anthropic_version: z.literal('bedrock-2023-05-31'),
  anthropic_beta: z.array(z.string()).optional(),
  ...Object.fromEntries(
    [
      ...['max_tokens', 'messages', 'system', 'stop_sequences', 'temperature', 'top_k', 'top_p', 'thinking'],
      ...['tool_choice', 'tools', 'output_config', 'context_management'],
    ].map((key) => [key, z.unknown().optional()]),
  ),
})

export async function startBedrock(options: BedrockOptions): Promise<Bedrock> {
  const requests: RecordedRequest[] = []
  const server = createServer((request, response) => {
    void answer(options, requests, request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server does not listen on a port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function answer(
  options: BedrockOptions,
  requests: RecordedRequest[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await buffer(request)
  requests.push({
    method: request.method ?? '',
    path: request.url ?? '',
    headers: request.headers,
    body: body.toString('utf8'),
    get status() {
      return response.statusCode
    },
  })
  const send = (status: number, value: object) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))

  const fault = options.fault?.()
  if (fault !== undefined) return void send(fault.status, fault.body)
  const { key, region } = options
  const isAllowed =
    typeof key === 'string'
      ? request.headers.authorization === `Bearer ${key}`
      : await isSignedForAws(request, body, key, region)
  if (!isAllowed) return void send(403, { message: 'The security token is invalid' })
  const { model, action } = pathPattern.exec(request.url ?? '')?.groups ?? {}
  if (model === undefined || request.method !== 'POST') return void send(404, { message: 'UnknownOperationException' })
  const given = bodySchema.safeParse(JSON.parse(body.toString('utf8')))
  if (!given.success) return void send(400, { message: `Malformed input request: ${given.error.message}` })
  const conversation = conversationFromMessages(
    messagesRequestSchema.parse({ ...given.data, model: decodeURIComponent(model) }),
  )
  const step = await options.script(conversation)
  if (step.failure !== undefined) return void send(step.failure.status, { message: step.failure.message })
  const id = `bdrk_${requests.length}`
  const reply = {
    ...{ id, model: conversation.model, text: step.text ?? '', inputTokens: 100, outputTokens: 20 },
    calls: (step.calls ?? []).map((call, index) => ({ ...call, id: `${id}_${index}`, custom: false })),
  }
  if (action === 'invoke') return void send(200, messageFromReply(reply))
  response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' })
  const frames = [...messageEvents(reply)].map(chunkFrame)
  for await (const frame of options.frames?.(frames) ?? frames) {
    response.write(frame)
    await new Promise(setImmediate)
  }
  response.end()
}

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString('utf8'),
  (text) => Buffer.from(text, 'utf8'),
)

/** An event of the model's, as it is framed. */
function chunkFrame(event: object): Buffer {
  const bytes = Buffer.from(JSON.stringify(event)).toString('base64')
  return frameOf({ ':message-type': 'event', ':event-type': 'chunk' }, { bytes, p: 'abcdefgh' })
}

export function frameOf(headers: Readonly<Record<string, string>>, payload: object): Buffer {
  const typed = Object.entries({ ...headers, ':content-type': 'application/json' }).map(
    ([name, value]) => [name, { type: 'string' as const, value }] as const,
  )
  return Buffer.from(
    codec.encode({ headers: Object.fromEntries(typed), body: Buffer.from(JSON.stringify(payload), 'utf8') }),
  )
}
