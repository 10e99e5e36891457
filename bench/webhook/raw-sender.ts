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
  const all: Connection[] = []
  const idle: Connection[] = []

  function open(): Connection {
    const connection = new Connection(port)
    all.push(connection)
    return connection
  }

  return {
    async send(request) {
      const connection = idle.pop() ?? open()
      const status = await connection.exchange(request)
      idle.push(connection)
      return status
    },
    [Symbol.dispose]() {
      for (const connection of all) connection.close()
    },
  }
}

/** One exchange at a time. What is read lies in one buffer, and who waits is told by handlers that stay. */
class Connection {
  readonly #socket: Socket
  #answer = ''
  #waiting: PromiseWithResolvers<number> | null = null

  constructor(port: number) {
    const onread = { buffer: Buffer.alloc(4096), callback: this.#take }
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true, onread })
    // What went wrong is told by the end of the connection, which follows.
    this.#socket.on('error', () => undefined)
    this.#socket.once('close', () => this.#waiting?.reject(new Error('the connection ended before the answer')))
  }

  exchange(request: Buffer): Promise<number> {
    this.#answer = ''
    this.#waiting = Promise.withResolvers<number>()
    this.#socket.write(request)
    return this.#waiting.promise
  }

  close(): void {
    this.#socket.destroy()
  }

  readonly #take = (length: number, bytes: Uint8Array): boolean => {
    this.#answer += Buffer.from(bytes.buffer, bytes.byteOffset, length).toString('latin1')
    if (isWhole(this.#answer)) this.#waiting?.resolve(statusOf(this.#answer))
    return true
  }
}

/** A delivery as it goes over the wire. */
export function rawDelivery(url: URL, { headers, body }: ReturnType<typeof createDeliveryRequest>): Buffer {
  const all = { host: url.host, ...headers, 'content-length': Buffer.byteLength(body) }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`)
  return Buffer.from([`POST ${url.pathname} HTTP/1.1`, ...lines, '', body].join('\r\n'))
}

const statusOf = (answer: string) => Number(answer.slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length))

/** An answer has a length, or comes in chunks. */
function isWhole(answer: string): boolean {
  const head = answer.indexOf('\r\n\r\n')
  if (head < 0) return false
  const length = /\r\ncontent-length: (\d+)\r\n/i.exec(answer)?.[1]
  return length === undefined ? answer.endsWith('\r\n0\r\n\r\n') : answer.length >= head + 4 + Number(length)
}
