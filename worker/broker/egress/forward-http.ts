import { type ClientRequest, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { type Refusal, sendRefusal } from '../refusal.ts'
import { type Admission, admit, dial, hostAndPort, recordDenied } from './admit.ts'
import type { Door } from './door.ts'
import { forwardableHeaders, requestFraming, responseFraming } from './forwardable-headers.ts'
import { createMeter } from './meter.ts'
import type { HttpTarget } from './proxy-target.ts'

/**
 * Plain HTTP. Each request is checked on its own and gets a connection of its own: nothing that one request leaves
 * behind can become the beginning of another (smuggling). Redirects go back to the client, whose next try is checked.
 */
export async function forwardHttp(
  door: Door,
  { authority, path }: HttpTarget,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const admitted = await admit(door, 'http', authority, door.log.now())
  if ('refusal' in admitted) return sendRefusal(response, admitted.refusal)
  const { admission } = admitted
  if (request.headers.upgrade?.toLowerCase() === 'websocket') return refuseUpgrade(door, admission, response)

  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const socket = await dial(door, admission, AbortSignal.any([gone.signal, door.signal]))
  if (socket === null) return sendRefusal(response, unreachable(admission))
  try {
    await exchange(door, admission, outgoing(socket, request, admission, path), request, response)
  } catch {
    // The server or the client broke off. Before the head of the answer that can still be said in words.
    sendRefusal(response, unreachable(admission))
  } finally {
    socket.destroy()
  }
}

function outgoing(socket: Socket, request: IncomingMessage, { target }: Admission, path: string): ClientRequest {
  const host = target.port === 80 ? hostAndPort(target).replace(/:80$/, '') : hostAndPort(target)
  return httpRequest({
    createConnection: () => socket,
    method: request.method ?? 'GET',
    path,
    setHost: false,
    headers: ['Host', host, ...forwardableHeaders(request.rawHeaders), ...requestFraming(request.headers)],
  })
}

async function exchange(
  door: Door,
  admission: Admission,
  upstream: ClientRequest,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const cut = () => {
    upstream.destroy()
    response.destroy()
  }
  const meter = createMeter(door, admission, cut)
  const answer = Promise.withResolvers<IncomingMessage>()
  upstream.once('response', answer.resolve).on('error', answer.reject).setTimeout(door.limits.idleMs, cut)
  response.once('close', () => upstream.destroy())
  request.on('data', meter('up'))
  // A server may answer before it has read all, and close: its answer is what counts.
  pipeline(request, upstream).catch(() => {})

  const incoming = await answer.promise
  incoming.on('data', meter('down'))
  response.writeHead(incoming.statusCode ?? 502, incoming.statusMessage ?? '', [
    ...forwardableHeaders(incoming.rawHeaders),
    ...responseFraming(incoming.headers),
  ])
  await pipeline(incoming, response)
}

function refuseUpgrade(door: Door, admission: Admission, response: ServerResponse): void {
  recordDenied(door, admission, 'a WebSocket without TLS')
  sendRefusal(response, {
    status: 403,
    what: `a WebSocket to ${hostAndPort(admission.target)}.`,
    why: 'WebSockets pass through a CONNECT tunnel with TLS only.',
    instead: 'use a wss:// address, through the proxy.',
  })
}

function unreachable({ target }: Admission): Refusal {
  return {
    status: 502,
    what: `nothing, but ${hostAndPort(target)} did not answer.`,
    why: 'the host is allowed; it could not be reached, or broke off.',
    instead: 'try once more later, or go on without it.',
    passing: true,
  }
}
