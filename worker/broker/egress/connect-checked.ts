import { connect as connectSocket, type Socket } from 'node:net'

/** Opens a connection to an address, never to a name: names are resolved and checked before. */
export type Connect = (address: string, port: number) => Socket

export const connectTcp: Connect = (address, port) =>
  connectSocket({ host: address, port, allowHalfOpen: true, noDelay: true })

/** Tries checked addresses one after the other. Null: none of them answered in time. */
export async function connectChecked(
  connect: Connect,
  addresses: readonly string[],
  port: number,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Socket | null> {
  for (const address of addresses) {
    if (signal.aborted) return null
    const socket = await connected(connect(address, port), timeoutMs, signal)
    if (socket !== null) return socket
  }
  return null
}

function connected(socket: Socket, timeoutMs: number, signal: AbortSignal): Promise<Socket | null> {
  const { promise, resolve } = Promise.withResolvers<Socket | null>()
  const giveUp = () => socket.destroy()
  const timer = setTimeout(giveUp, timeoutMs)
  signal.addEventListener('abort', giveUp, { once: true })
  socket.once('connect', () => resolve(socket))
  socket.once('close', () => resolve(null))
  // The close that follows is what counts; an error without a listener would end the process.
  socket.on('error', () => {})
  return promise.finally(() => {
    clearTimeout(timer)
    signal.removeEventListener('abort', giveUp)
  })
}
