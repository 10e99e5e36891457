import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer as createHttpServer, request as forward, type IncomingHttpHeaders } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeCertificate } from '../broker/certificate.ts'

export interface Tunnel {
  /** Host and port. */
  readonly to: string
  readonly headers: IncomingHttpHeaders
}

/** A host that only a proxy can find, with a certificate of its company's own. */
export interface ProxiedHost extends AsyncDisposable {
  /** `http://NAME:PASSWORD@HOST:PORT`. */
  readonly proxyUrl: string
  readonly password: string
  /** The company's authority, as PEM. */
  readonly caFile: string
  /** What the proxy was asked for and let through. */
  readonly tunnels: Tunnel[]
}

/** `upstream` is what answers as this host, over plain HTTP. */
export async function startProxiedHost(host: string, upstream: string): Promise<ProxiedHost> {
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'airlock-proxy-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const certificate = await makeCertificate([host])
  const caFile = join(folder, 'ca.pem')
  await writeFile(caFile, certificate.cert)
  const tunnels: Tunnel[] = []
  const password = 'proxyCanary4NoArgumentList'
  const expected = `Basic ${Buffer.from(`worker:${password}`).toString('base64')}`

  const server = createTlsServer(certificate, (asked, answer) => {
    const { method, url, headers } = asked
    const onward = forward(new URL(url ?? '/', upstream), { method: method ?? 'GET', headers }, (answered) => {
      answer.writeHead(answered.statusCode ?? 500, answered.headers)
      answered.pipe(answer)
    })
    asked.pipe(onward)
  })
  const proxy = createHttpServer()
  proxy.on('connect', ({ url = '', headers: asked }, client) => {
    if (asked['proxy-authorization'] !== expected) {
      const headers = ['Proxy-Authenticate: Basic realm="company"', 'Content-Length: 0', 'Connection: close']
      client.end(['HTTP/1.1 407 Proxy Authentication Required', ...headers, '', ''].join('\r\n'))
      return
    }
    tunnels.push({ to: url, headers: asked })
    const onward = connect(portOf(server), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n')
      onward.pipe(client).on('error', () => onward.destroy())
      client.pipe(onward).on('error', () => client.destroy())
    })
  })
  for (const one of [server, proxy]) {
    one.listen(0, '127.0.0.1')
    await once(one, 'listening')
    stack.defer(() => {
      one.closeAllConnections()
      one.close()
    })
  }
  const owned = stack.move()
  return {
    ...{ proxyUrl: `http://worker:${password}@127.0.0.1:${portOf(proxy)}`, password, caFile, tunnels },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

function portOf(server: { address(): AddressInfo | string | null }): number {
  const address = server.address()
  if (typeof address === 'object' && address !== null) return address.port
  throw new Error('it listens')
}
