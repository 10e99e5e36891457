import { EventEmitter, once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { listen, openWorld, portOf, type World, type WorldOptions } from './broker-world.ts'

export const realKey = 'sk-real-0123456789abcdefghijklmnopqrstuvwxyz'

export interface ModelSink extends AsyncDisposable {
  readonly url: string
  /** Every request that reached the provider, whatever it was. */
  readonly requests: { readonly line: string; readonly headers: IncomingMessage['headers']; readonly body: string }[]
  /** Open at this moment. */
  connections(): number
  /** Resolves when the last connection is closed. */
  idle(): Promise<void>
}

export type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void | Promise<void>

const fine: Answer = (_request, response) =>
  sendJson(response, {
    usage: { input_tokens: 1, output_tokens: 1 },
    usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1 },
  })

/** A provider that writes down what it is asked: an attack worked if it is in here. */
export async function startModelSink(answer: Answer = fine): Promise<ModelSink> {
  const requests: ModelSink['requests'] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks).toString('utf8')
    requests.push({ line: `${request.method} ${request.url}`, headers: request.headers, body })
    await answer(request, response, body)
  })
  let connections = 0
  const closed = new EventEmitter()
  server.on('connection', (socket) => {
    connections += 1
    socket.once('close', () => {
      connections -= 1
      closed.emit('close')
    })
  })
  const stop = await listen(server)
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    requests,
    connections: () => connections,
    async idle() {
      while (connections > 0) await once(closed, 'close')
    },
    [Symbol.asyncDispose]: stop,
  }
}

export function sendJson(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

/** Events in the wire format of all three providers: a type where there is one, and JSON. */
export function sendEvents(response: ServerResponse, events: readonly object[]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for (const event of events) {
    const type = 'type' in event ? `event: ${event.type}\n` : ''
    response.write(`${type}data: ${JSON.stringify(event)}\n\n`)
  }
  response.end()
}

/** An agent-phase broker whose three providers are this sink. */
export function openGateway(sink: ModelSink, options: WorldOptions = {}): Promise<World> {
  const upstream = { baseUrl: sink.url, apiKey: realKey }
  return openWorld({
    phase: 'agent',
    model: { costUsd: 5 },
    ...options,
    deps: { upstreams: { anthropic: upstream, openai: upstream, gemini: upstream }, ...options.deps },
  })
}
