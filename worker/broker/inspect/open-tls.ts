import { once } from 'node:events'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect, type SecureContext, TLSSocket } from 'node:tls'
import type { Authority } from '../egress/parse-host.ts'

/** HTTP/1.1 alone: each request is read, checked and written again by a parser that is strict. */
const protocols = ['http/1.1']

/** Ends a client's TLS here. Null: it was no clean handshake, or took too long. */
export async function acceptTls(client: Duplex, context: SecureContext, timeoutMs: number): Promise<TLSSocket | null> {
  const socket = new TLSSocket(client, { isServer: true, secureContext: context, ALPNProtocols: protocols })
  return (await settled(socket, 'secure', timeoutMs)) === null ? socket : null
}

export type UpstreamTls = { readonly socket: TLSSocket } | { readonly why: string }

/** Speaks TLS to a server over a connection that is there, and holds its certificate against its name. */
export async function connectTls(
  socket: Socket,
  { name }: Authority,
  context: SecureContext,
  timeoutMs: number,
): Promise<UpstreamTls> {
  const secured = connect({ socket, servername: name, secureContext: context, ALPNProtocols: protocols })
  const why = await settled(secured, 'secureConnect', timeoutMs)
  return why === null ? { socket: secured } : { why }
}

/** Null when `event` came; else what came instead, and the socket is gone. */
async function settled(socket: TLSSocket, event: string, timeoutMs: number): Promise<string | null> {
  // The close that follows is what counts; an error without a listener would end the process.
  socket.on('error', () => {})
  try {
    await once(socket, event, { signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), closing(socket)]) })
    return null
  } catch (error) {
    socket.destroy()
    return codeOf(error)
  }
}

function closing(socket: TLSSocket): AbortSignal {
  const closed = new AbortController()
  // A client that does not like the certificate may just go, without an alert.
  for (const event of ['close', 'end']) socket.once(event, () => closed.abort())
  return closed.signal
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'no handshake'
}
