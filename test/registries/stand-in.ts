import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface StandIn extends AsyncDisposable {
  readonly url: string
  /** Paths with their queries, in the order in which they were asked for. */
  readonly asked: string[]
  /** Headers of the last request. */
  readonly headers: () => IncomingMessage['headers']
}

export type Answer = string | Uint8Array | object | ((response: ServerResponse) => void)

/** A registry on loopback over real HTTP. What it has no answer for is not there. */
export async function startRegistry(answers: Readonly<Record<string, Answer>>): Promise<StandIn> {
  const asked: string[] = []
  let headers: IncomingMessage['headers'] = {}
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    headers = request.headers
    const answer = answers[path]
    if (answer === undefined) response.writeHead(404).end()
    else if (typeof answer === 'function') answer(response)
    else if (typeof answer === 'string' || answer instanceof Uint8Array) response.end(answer)
    else response.setHeader('content-type', 'application/json').end(JSON.stringify(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    headers: () => headers,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
