import { connect, type Socket } from 'node:net'
import type { createDeliveryRequest } from '../../test/github/webhooks/delivery-request.ts'

export interface RawSender extends Disposable {
  /** Sends one whole request, and resolves with the status of its answer. */
  send(request: Buffer): Promise<number>
}

/**
 * Sends bytes as they lie there, over connections that are kept. Node's own client takes as long for a request as a server
 * does to answer it: on two cores the load would be a good part of what is measured.
 */
export function createRawSender(port: number): RawSender {
  const all: Socket[] = []
  const idle: Socket[] = []

  function open(): Socket {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    // What went wrong is told by the end of the connection, which follows.
    socket.on('error', () => undefined)
    all.push(socket)
    return socket
  }

  return {
    async send(request) {
      const socket = idle.pop() ?? open()
      const status = await exchange(socket, request)
      idle.push(socket)
      return status
    },
    [Symbol.dispose]() {
      for (const socket of all) socket.destroy()
    },
  }
}

/** A delivery as it goes over the wire. */
export function rawDelivery(url: URL, { headers, body }: ReturnType<typeof createDeliveryRequest>): Buffer {
  const all = { host: url.host, ...headers, 'content-length': Buffer.byteLength(body) }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`)
  return Buffer.from([`POST ${url.pathname} HTTP/1.1`, ...lines, '', body].join('\r\n'))
}

function exchange(socket: Socket, request: Buffer): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  let answer = ''
  const cutShort = () => reject(new Error('the connection ended before the answer'))
  const take = (chunk: Buffer) => {
    answer += chunk.toString('latin1')
    if (!isWhole(answer)) return
    socket.off('data', take).off('close', cutShort)
    resolve(Number(answer.slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length)))
  }
  socket.on('data', take).once('close', cutShort).write(request)
  return promise
}

/** An answer has a length, or comes in chunks. */
function isWhole(answer: string): boolean {
  const head = answer.indexOf('\r\n\r\n')
  if (head < 0) return false
  const length = /\r\ncontent-length: (\d+)\r\n/i.exec(answer)?.[1]
  return length === undefined ? answer.endsWith('\r\n0\r\n\r\n') : answer.length >= head + 4 + Number(length)
}
