import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls'

/** Sends bytes as they are and returns all that comes back until the other side closes, or `until` is in it. */
export async function talk(socketPath: string, bytes: string | Buffer, until?: string): Promise<string> {
  const socket = connect(socketPath)
  socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)
  return await readUntil(socket, until)
}

export async function readUntil(socket: Socket, until?: string): Promise<string> {
  if (socket.closed) return ''
  const { promise, resolve } = Promise.withResolvers<string>()
  let text = ''
  const finish = () => resolve(text)
  socket.on('error', finish).on('close', finish).on('end', finish)
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1')
    if (until !== undefined && text.includes(until)) finish()
  })
  try {
    return await promise
  } finally {
    socket.destroy()
  }
}

export interface Tunnel {
  /** The status line's number. */
  readonly status: number
  /** The answer's head and, for a refusal, its words. */
  readonly text: string
  readonly socket: Socket
}

/** Sends a CONNECT and waits for the head of its answer; for a refusal, for all of it. */
export async function openTunnel(socketPath: string, target: string, host = target): Promise<Tunnel> {
  const socket = connect(socketPath)
  socket.on('error', () => {})
  socket.write(Buffer.from(`CONNECT ${target} HTTP/1.1\r\nHost: ${host}\r\n\r\n`, 'latin1'))
  let text = ''
  while (!text.includes('\r\n\r\n')) {
    const [chunk] = await Promise.race([once(socket, 'data'), once(socket, 'close').then(() => [null])])
    if (chunk === null) break
    text += chunk.toString('latin1')
  }
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0)
  if (status !== 200 && !socket.closed) text += await readUntil(socket)
  return { status, text, socket }
}

/** A TLS handshake over a tunnel. Rejects with what the client saw. */
export async function handshake(socket: Socket, options: ConnectionOptions): Promise<TLSSocket> {
  const tls = connectTls({ socket, ...options })
  await once(tls, 'secureConnect')
  return tls
}
