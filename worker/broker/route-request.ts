import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { brokerPort } from '../pipeline/ports/sandbox.ts'
import type { Door } from './egress/door.ts'
import { forwardHttp } from './egress/forward-http.ts'
import { openTunnel, type TakeRequests, type Tunnel } from './egress/open-tunnel.ts'
import type { Authority } from './egress/parse-host.ts'
import { parseConnectTarget, parseHttpTarget } from './egress/proxy-target.ts'
import type { Gateway } from './gateway/gateway.ts'
import { endRefused, type Refusal, sendRefusal } from './refusal.ts'
import { type HttpHandlers, serveHttp } from './serve-http.ts'

const unreadable = { host: '(unreadable)', port: 0 }

export interface DoorServer {
  /** Does not listen yet. */
  readonly server: Server
  /** Resolves when no request is on its way any more. */
  settled(): Promise<unknown>
}

/** The server of one session: paths alone go to the model gateway, everything else is a request to leave. */
export function createDoorServer(door: Door, gateway: Gateway): DoorServer {
  const active = new Set<Promise<void>>()
  const tunnels = new WeakMap<Duplex, Tunnel>()

  const deny = (
    kind: 'connect' | 'http' | 'https',
    why: string,
    asked: { readonly host: string; readonly port: number },
  ) => door.log.add({ at: door.log.now(), kind, allowed: false, reason: why, ...asked })
  const onUnreadable = (why: string) => deny('http', `no clean HTTP/1.1 (${why})`, unreadable)

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (door.log.full()) return sendRefusal(response, worn)
    const tunnel = tunnels.get(request.socket) ?? null
    const url = request.url ?? ''
    if (tunnel === null && url.startsWith('/')) return gateway.handle(request, response)
    const target = parseHttpTarget(request, tunnel)
    if (!target.ok) {
      const kind = tunnel?.secure === true ? 'https' : 'http'
      deny(kind, target.why, { host: tunnel?.target.name ?? url, port: tunnel?.target.port ?? 0 })
      return sendRefusal(response, misread(target.why))
    }
    if (!isDoorItself(target.value.authority)) return forwardHttp(door, target.value, request, response)
    request.url = target.value.path
    return gateway.handle(request, response)
  }

  async function connect(request: IncomingMessage, client: Duplex, head: Buffer): Promise<void> {
    if (door.log.full()) return endRefused(client, worn)
    const target = parseConnectTarget(request)
    if (!target.ok) {
      deny('connect', target.why, { host: request.url ?? '', port: 0 })
      return endRefused(client, misread(target.why))
    }
    if (!isDoorItself(target.value)) return openTunnel(door, target.value, client, head, takeRequests)
    client.write('HTTP/1.1 200 Connection Established\r\n\r\n')
    if (head.length > 0) client.unshift(head)
    takeRequests(client, { target: target.value, secure: false })
  }

  const takeRequests: TakeRequests = (client, tunnel) => {
    tunnels.set(client, tunnel)
    inner.emit('connection', client)
    // It was paused while its beginning was read.
    client.resume()
  }
  const refuseNested = async (_: IncomingMessage, client: Duplex) =>
    endRefused(client, misread('a tunnel within a tunnel'))
  const tracked = (work: Promise<void>) => {
    const done = work.finally(() => active.delete(done))
    active.add(done)
    return done
  }
  const onRequest: HttpHandlers['onRequest'] = (request, response) => tracked(route(request, response))
  const inner = serveHttp({ onRequest, onConnect: refuseNested, onUnreadable })
  const outer = serveHttp({
    onRequest,
    onConnect: (request, client, head) => tracked(connect(request, client, head)),
    onUnreadable,
  })
  outer.maxConnections = door.limits.openConnections
  outer.on('drop', () => deny('connect', `more than ${door.limits.openConnections} connections at once`, unreadable))
  return { server: outer, settled: () => Promise.allSettled(active) }
}

/** Some clients send requests for the gateway through the proxy too, whatever NO_PROXY says. */
function isDoorItself({ name, port }: Authority): boolean {
  return port === brokerPort && (name === '127.0.0.1' || name === 'localhost')
}

function misread(why: string): Refusal {
  return {
    status: 400,
    what: 'the request.',
    why: `${why}.`,
    instead: 'ask for http://host/path, or CONNECT host:port for anything with TLS, with the same name as Host.',
  }
}

const worn: Refusal = {
  status: 429,
  what: 'the request.',
  why: 'this session has made more requests than one may.',
  instead: 'finish without the network.',
}
