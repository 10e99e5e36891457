import { once } from 'node:events'
import { createServer } from 'node:http'
import { z } from 'zod'

/** Something that arrived on the host. */
export interface Arrival {
  readonly at: number
  /** The path without its slash. */
  readonly name: string
  readonly body: string
}

/** A web server on the host's loopback: what is counted here got out, whatever the one that sent it believes. */
export interface Sink extends AsyncDisposable {
  readonly port: number
  readonly url: string
  readonly arrivals: readonly Arrival[]
  /** Bodies that arrived under this name. */
  bodies(name: string): readonly string[]
  /** Called while the sender still waits for its answer, which then has the returned text. */
  onArrival(listen: (arrival: Arrival) => string | undefined | Promise<string | undefined>): void
  /** The next or an earlier arrival under this name. */
  until(name: string, timeoutMs: number): Promise<Arrival>
}

export async function openSink(): Promise<Sink> {
  const arrivals: Arrival[] = []
  const waiting = new Set<() => void>()
  let listener: (arrival: Arrival) => string | undefined | Promise<string | undefined> = () => undefined
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(z.instanceof(Buffer).parse(chunk))
    const name = (request.url ?? '/').slice(1)
    const arrival = { at: Date.now(), name, body: Buffer.concat(chunks).toString('utf8') }
    arrivals.push(arrival)
    for (const look of waiting) look()
    response.end((await listener(arrival)) ?? 'arrived')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = z.object({ port: z.int() }).parse(server.address())
  return {
    port,
    url: `http://127.0.0.1:${port}/`,
    arrivals,
    bodies: (name) => arrivals.filter((arrival) => arrival.name === name).map(({ body }) => body),
    onArrival(listen) {
      listener = listen
    },
    async until(name, timeoutMs) {
      const { promise, resolve, reject } = Promise.withResolvers<Arrival>()
      const look = () => {
        const found = arrivals.find((arrival) => arrival.name === name)
        if (found !== undefined) resolve(found)
      }
      const timer = setTimeout(() => reject(new Error(`no ${name} in ${timeoutMs} ms`)), timeoutMs)
      waiting.add(look)
      look()
      try {
        return await promise
      } finally {
        clearTimeout(timer)
        waiting.delete(look)
      }
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
