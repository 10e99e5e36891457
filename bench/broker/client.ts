import { once } from 'node:events'
import { Agent, type IncomingMessage, type RequestOptions, request } from 'node:http'
import { connect, type NetConnectOpts } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { timed } from '../measure.ts'
import { upstreamName } from './upstream-facts.ts'

/** One way to the upstream server: straight, or through a proxy that is asked as package managers ask. */
export interface Way {
  readonly name: 'ours' | 'direct' | 'socket' | 'srt' | 'tinyproxy'
  readonly http: NetConnectOpts
  readonly https: NetConnectOpts
  /** What a proxy is asked for; null: nobody is asked. */
  readonly proxied: { readonly http: string; readonly https: string } | null
}

const mebibyte = 1024 * 1024
export const concurrency = 16

export interface Client extends Disposable {
  /** Milliseconds of one small request on a connection that is open. */
  small(): Promise<number>
  /** Small requests per second, several at a time. */
  smallPerSecond(count: number): Promise<number>
  /** MiB per second of one large answer. */
  largeSpeed(): Promise<number>
  /** Milliseconds from nothing to the answer of one small request in TLS. */
  tlsSmall(): Promise<number>
  /** MiB per second of one large answer in TLS. */
  tlsLargeSpeed(): Promise<number>
}

export function createClient(way: Way, certificate: string): Client {
  const kept = new Agent({ keepAlive: true, maxSockets: concurrency })
  // tinyproxy closes after every answer: each request has a connection of its own.
  const agent = way.name === 'tinyproxy' ? false : kept
  const overHttp = (path: string) => {
    const asked = way.proxied === null ? path : `http://${way.proxied.http}${path}`
    return get({ ...way.http, agent, path: asked, headers: { host: way.proxied?.http ?? upstreamName } })
  }
  const overTls = async (path: string) => {
    const socket = connect(way.https).setNoDelay(true)
    if (way.proxied !== null) await openTunnel(socket, way.proxied.https)
    const tls = connectTls({ socket, servername: upstreamName, ca: certificate })
    await once(tls, 'secureConnect')
    try {
      return await get({ createConnection: () => tls, path, headers: { host: upstreamName } })
    } finally {
      tls.destroy()
    }
  }
  const speed = async (run: () => Promise<number>) => {
    let bytes = 0
    const ms = await timed(async () => {
      bytes = await run()
    })
    return bytes / mebibyte / (ms / 1000)
  }

  return {
    small: () => timed(() => overHttp('/small')),
    async smallPerSecond(count) {
      let left = count
      const one = async () => {
        while (left-- > 0) await overHttp('/small')
      }
      return count / ((await timed(() => Promise.all(Array.from({ length: concurrency }, one)))) / 1000)
    },
    largeSpeed: () => speed(() => overHttp('/large')),
    tlsSmall: () => timed(() => overTls('/small')),
    tlsLargeSpeed: () => speed(() => overTls('/large')),
    [Symbol.dispose]: () => kept.destroy(),
  }
}

async function openTunnel(socket: ReturnType<typeof connect>, target: string): Promise<void> {
  socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`)
  const [head] = await once(socket, 'data')
  if (!/^HTTP\/1\.[01] 200/.test(String(head))) throw new Error(`no tunnel: ${String(head)}`)
}

/** The number of bytes in the answer's body. */
async function get(options: RequestOptions): Promise<number> {
  const asking = request(options).end()
  const [response]: IncomingMessage[] = await once(asking, 'response')
  if (response?.statusCode !== 200) throw new Error(`the answer was ${response?.statusCode}`)
  let bytes = 0
  for await (const chunk of response) bytes += chunk.length
  return bytes
}
