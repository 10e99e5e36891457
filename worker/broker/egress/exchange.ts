import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createKeyRedactor } from '../gateway/redact-key.ts'
import { request as httpRequest } from '../http.ts'
import type { CredentialHeader } from '../inspect/credential-header.ts'
import { type Admission, hostAndPort } from './admit.ts'
import type { Door } from './door.ts'
import { forwardableHeaders, requestFraming, responseFraming } from './forwardable-headers.ts'
import { createMeter } from './meter.ts'
import type { HttpTarget } from './proxy-target.ts'

/** The request as it goes to the server, over a connection of its own. */
export function outgoing(
  socket: Duplex,
  request: IncomingMessage,
  { authority, path, secure }: HttpTarget,
  credential: CredentialHeader | null,
): ClientRequest {
  const own = secure ? 443 : 80
  const host = authority.port === own ? hostAndPort(authority).replace(/:\d+$/, '') : hostAndPort(authority)
  const headers = [...forwardableHeaders(request.rawHeaders), ...requestFraming(request.headers)]
  return httpRequest({
    createConnection: () => socket,
    method: request.method ?? 'GET',
    path,
    setHost: false,
    headers: ['Host', host, ...(credential === null ? headers : withCredential(headers, credential))],
  })
}

/** In place of the client's own; and without compression, in which an answer that repeats it could not be seen. */
function withCredential(headers: readonly string[], { name, value }: CredentialHeader): string[] {
  const replaced = new Set([name.toLowerCase(), 'accept-encoding'])
  const kept = headers.filter((_, index) => !replaced.has(headers[index - (index % 2)]?.toLowerCase() ?? ''))
  return [...kept, 'Accept-Encoding', 'identity', name, value]
}

/** Sends a request and hands on its answer as it comes. Throws when either side breaks off. */
export async function exchange(
  door: Door,
  admission: Admission,
  upstream: ClientRequest,
  request: IncomingMessage,
  response: ServerResponse,
  credential: CredentialHeader | null,
): Promise<void> {
  const cut = () => {
    upstream.destroy()
    response.destroy()
  }
  const meter = createMeter(door, admission, cut)
  const answer = Promise.withResolvers<IncomingMessage>()
  upstream.once('response', answer.resolve).on('error', answer.reject).setTimeout(door.limits.idleMs, cut)
  upstream.once('close', () => answer.reject(new Error('closed before there was an answer')))
  response.once('close', () => upstream.destroy())
  // Whatever can be carried off counts, and a path or a header carries as well as a body.
  meter('up')(Buffer.from([request.method, request.url, ...request.rawHeaders].join(' ')))
  request.on('data', meter('up'))
  // A server may answer before it has read all, and close: its answer is what counts.
  pipeline(request, upstream).catch(() => {})

  const incoming = await answer.promise
  incoming.on('data', meter('down'))
  const telltale = credential?.telltale ?? []
  response.writeHead(incoming.statusCode ?? 502, blotted(incoming.statusMessage ?? '', telltale), [
    ...forwardableHeaders(incoming.rawHeaders).map((text) => blotted(text, telltale)),
    ...responseFraming(incoming.headers),
  ])
  await pipeline([incoming, ...telltale.map(createKeyRedactor), response])
}

/** Of the same length, as in the body: error pages and debugging endpoints repeat the headers of a request. */
function blotted(text: string, telltale: readonly string[]): string {
  return telltale.reduce((shown, secret) => shown.replaceAll(secret, '*'.repeat(secret.length)), text)
}
