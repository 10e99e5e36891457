import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { createServer } from './http.ts'
import { endRefused } from './refusal.ts'

export interface HttpHandlers {
  readonly onRequest: (request: IncomingMessage, response: ServerResponse) => Promise<void>
  readonly onConnect: (request: IncomingMessage, client: Duplex, head: Buffer) => Promise<void>
  /** A request that is no clean HTTP: two lengths, a bad header, too large a head. */
  readonly onUnreadable: (why: string) => void
}

/** Longer than a package manager pauses between two files; a shorter one makes reused connections fail. */
const keepAliveMs = 120_000
const headersMs = 15_000
const requestMs = 10 * 60_000
const maxHeaderSize = 16 * 1024

/** An HTTP server whose parser is strict, and whose handlers cannot bring the process down. It does not listen yet. */
export function serveHttp(handlers: HttpHandlers): Server {
  const server = createServer(
    {
      insecureHTTPParser: false,
      maxHeaderSize,
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      keepAliveTimeout: keepAliveMs,
      noDelay: true,
    },
    (request, response) => {
      handlers.onRequest(request, response).catch(() => response.destroy())
    },
  )
  server.on('connect', (request, client, head) => {
    // An error without a listener would end the process; the close that follows is handled where it matters.
    client.on('error', () => {})
    handlers.onConnect(request, client, head).catch(() => client.destroy())
  })
  server.on('clientError', (error: NodeJS.ErrnoException, client) => {
    const broken = error.code?.startsWith('HPE_') ?? false
    if (!broken || !client.writable) {
      client.destroy()
      return
    }
    handlers.onUnreadable(error.code ?? '')
    endRefused(client, {
      status: error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400,
      what: 'a request that is no clean HTTP/1.1.',
      why: `the parser says ${error.code}.`,
      instead:
        'send one length (Content-Length or chunked, not both), plain headers, and not more than 16 KiB of them.',
    })
  })
  return server
}
