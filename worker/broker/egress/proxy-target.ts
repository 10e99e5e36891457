import type { IncomingMessage } from 'node:http'
import type { Tunnel } from './open-tunnel.ts'
import { type Authority, type Parsed, parseAuthority } from './parse-host.ts'

export interface HttpTarget {
  readonly authority: Authority
  /** With the query, as it goes to the server. */
  readonly path: string
  /** It came through TLS that ended here, and goes on through TLS. */
  readonly secure: boolean
}

/**
 * Finds what a request to the proxy is for: `http://host/path`, or a path alone inside a tunnel to `tunnel`. The Host
 * header has to name the same, or the server behind would be another than the one that was checked (fronting).
 */
export function parseHttpTarget(request: IncomingMessage, tunnel: Tunnel | null): Parsed<HttpTarget> {
  const url = request.url ?? ''
  if (tunnel !== null && url.startsWith('/')) return withHost(request, tunnel.target, url, tunnel.secure)
  if (tunnel?.secure === true) return { ok: false, why: 'inside TLS a request names a path alone' }
  const match = /^http:\/\/(?<authority>[^/?#]*)(?<path>[/?][^#]*)?$/is.exec(url)
  if (match?.groups?.authority === undefined) return { ok: false, why: 'it is not an http:// address' }
  const authority = parseAuthority(match.groups.authority, 80)
  if (!authority.ok) return authority
  if (tunnel !== null && !sameAuthority(tunnel.target, authority.value)) {
    return { ok: false, why: 'it asks for another host than the tunnel it came through' }
  }
  const path = match.groups.path ?? '/'
  return withHost(request, authority.value, path.startsWith('?') ? `/${path}` : path, false)
}

/** Reads the target of a CONNECT. */
export function parseConnectTarget(request: IncomingMessage): Parsed<Authority> {
  const authority = parseAuthority(request.url ?? '', null)
  if (!authority.ok) return authority
  const [host, ...more] = hostHeaders(request)
  if (host === undefined) return authority
  const named = parseAuthority(host, authority.value.port)
  // Clients write the Host of a CONNECT with and without the port.
  if (more.length > 0 || !named.ok || named.value.name !== authority.value.name) return mismatch
  return authority
}

function withHost(request: IncomingMessage, authority: Authority, path: string, secure: boolean): Parsed<HttpTarget> {
  const [host, ...more] = hostHeaders(request)
  if (host === undefined) return { ok: true, value: { authority, path, secure } }
  const named = parseAuthority(host, secure ? 443 : 80)
  if (more.length > 0 || !named.ok || !sameAuthority(named.value, authority)) return mismatch
  return { ok: true, value: { authority, path, secure } }
}

const mismatch = { ok: false, why: 'its Host header does not name the host that it asks for' } as const

function sameAuthority(one: Authority, other: Authority): boolean {
  return one.name === other.name && one.port === other.port
}

/** All of them: Node keeps only the first in `headers`. */
function hostHeaders(request: IncomingMessage): string[] {
  return request.rawHeaders.filter((_, index, raw) => index % 2 === 1 && raw[index - 1]?.toLowerCase() === 'host')
}
