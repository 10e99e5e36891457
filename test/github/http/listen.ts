import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

export type Serve = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void>

/** A server on a free port of 127.0.0.1, and its root URL. Nothing is served before `serve` is set. */
export async function listen(): Promise<{
  server: Server
  url: string
  serve: (serve: Serve) => void
  close: () => Promise<void>
}> {
  let current: Serve | undefined
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1')
    void current?.(request, response, url)
  })
  const listening = Promise.withResolvers<void>()
  server.once('error', listening.reject).listen(0, '127.0.0.1', listening.resolve)
  await listening.promise
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    server,
    url: `http://127.0.0.1:${port}`,
    serve(serve) {
      current = serve
    },
    async close() {
      const closed = Promise.withResolvers<void>()
      server.close(() => closed.resolve())
      server.closeAllConnections()
      await closed.promise
    },
  }
}
