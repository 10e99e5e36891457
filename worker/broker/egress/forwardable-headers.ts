/** For one connection only (RFC 9110, 7.6.1), or the proxy's own business. `expect` was answered by us. */
const hopByHop = new Set([
  'connection',
  'expect',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])
/** Written by us: they decide whom a message is for and where it ends, so a `Connection` header cannot drop them. */
const ours = new Set(['host', 'content-length'])

/** Raw header pairs without hop-by-hop ones and those that `Connection` lists. Flat, as Node takes them. */
export function forwardableHeaders(rawHeaders: readonly string[]): string[] {
  const listed = pairs(rawHeaders)
    .filter(([name]) => name.toLowerCase() === 'connection')
    .flatMap(([, value]) => value.split(',').map((name) => name.trim().toLowerCase()))
  const dropped = new Set([...hopByHop, ...ours, ...listed])
  return pairs(rawHeaders)
    .filter(([name]) => !dropped.has(name.toLowerCase()))
    .flat()
}

interface Framing {
  readonly 'transfer-encoding'?: string | undefined
  readonly 'content-length'?: string | undefined
}

/** Where a request's body ends, told again by the parser that read it. None: it has no body. */
export function requestFraming(headers: Framing): string[] {
  if (headers['transfer-encoding'] !== undefined) return ['Transfer-Encoding', 'chunked']
  return lengthOf(headers)
}

/** The same for an answer; where there is no length, Node says how it ends as the client's version allows. */
export function responseFraming(headers: Framing): string[] {
  return headers['transfer-encoding'] === undefined ? lengthOf(headers) : []
}

function lengthOf(headers: Framing): string[] {
  return headers['content-length'] === undefined ? [] : ['Content-Length', headers['content-length']]
}

function pairs(rawHeaders: readonly string[]): [string, string][] {
  return rawHeaders.flatMap((name, index): [string, string][] => {
    return index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? '']] : []
  })
}
