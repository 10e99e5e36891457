import { createServer, type IncomingMessage } from 'node:http'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { brokerLimits } from '../../worker/broker/broker-limits.ts'
import { listen, openWorld, portOf, publicAddress, startSink } from './broker-world.ts'
import { talk } from './raw-client.ts'

interface Seen {
  readonly line: string
  readonly headers: IncomingMessage['rawHeaders']
  readonly body: string
}

/** A real HTTP server: what it takes for a request is what an attack achieved. */
let seen: Seen[]
let port: number
let stop: () => Promise<void>

beforeEach(async () => {
  seen = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks).toString('latin1')
    seen.push({ line: `${request.method} ${request.url}`, headers: request.rawHeaders, body })
    if (request.url === '/redirect') response.writeHead(302, { location: 'http://evil.example/' }).end()
    else if (request.url === '/gzip') response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('packed'))
    else response.writeHead(200, { connection: 'x-hop', 'x-hop': '1', 'x-end': '2' }).end(`you sent ${body.length}`)
  })
  stop = await listen(server)
  port = portOf(server)
})
afterEach(() => stop())

const world = (options: Parameters<typeof openWorld>[0] = {}) =>
  openWorld({
    egress: ['allowed.example'],
    names: { 'allowed.example': [publicAddress], 'evil.example': [publicAddress] },
    routes: { [`${publicAddress}:80`]: port },
    ...options,
  })

describe('plain HTTP', () => {
  it('passes a request on with its method, path, query, body and end-to-end headers', async () => {
    await using broker = await world()

    const answer = await talk(
      broker.socketPath,
      'POST http://allowed.example/a?b=c HTTP/1.1\r\nHost: allowed.example\r\nX-One: 1\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello',
    )

    expect(answer).toContain('you sent 5')
    expect(seen).toMatchObject([{ line: 'POST /a?b=c', body: 'hello' }])
    expect(seen[0]?.headers).toEqual(expect.arrayContaining(['X-One', '1', 'Host', 'allowed.example']))
    expect(broker.decisions).toMatchObject([{ allowed: true, kind: 'http', host: 'allowed.example', port: 80 }])
  })

  it.each([
    ['an unlisted host', 'GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n'],
    ['Host naming another server', 'GET http://allowed.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n'],
    ['two Hosts', 'GET http://allowed.example/ HTTP/1.1\r\nHost: allowed.example\r\nHost: evil.example\r\n\r\n'],
    ['userinfo', 'GET http://allowed.example@evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n'],
    ['a backslash', 'GET http://evil.example\\.allowed.example/ HTTP/1.1\r\nHost: allowed.example\r\n\r\n'],
    ['https without a tunnel', 'GET https://allowed.example/ HTTP/1.1\r\nHost: allowed.example\r\n\r\n'],
    ['another scheme', 'GET ftp://allowed.example/ HTTP/1.1\r\nHost: allowed.example\r\n\r\n'],
    ['a path without a host', 'GET allowed.example/ HTTP/1.1\r\nHost: allowed.example\r\n\r\n'],
    ['a NUL in the host', 'GET http://allowed.example\0.evil.example/ HTTP/1.1\r\nHost: allowed.example\r\n\r\n'],
    [
      'two lengths, one chunked',
      'POST http://allowed.example/ HTTP/1.1\r\nHost: allowed.example\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n',
    ],
    [
      'two different lengths',
      'POST http://allowed.example/ HTTP/1.1\r\nHost: allowed.example\r\nContent-Length: 4\r\nContent-Length: 40\r\n\r\nabcd',
    ],
    [
      'a disguised chunked',
      'POST http://allowed.example/ HTTP/1.1\r\nHost: allowed.example\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n',
    ],
    [
      'a space before the colon',
      'POST http://allowed.example/ HTTP/1.1\r\nHost: allowed.example\r\nContent-Length : 4\r\n\r\nabcd',
    ],
    ['a bare CR in a header', 'GET http://allowed.example/ HTTP/1.1\r\nHost: allowed.example\r\nX: a\rX-B: c\r\n\r\n'],
    [
      'more header than is allowed',
      `GET http://allowed.example/ HTTP/1.1\r\nHost: allowed.example\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`,
    ],
  ])('refuses %s: nothing reaches the server, one entry in the record', async (_name, bytes) => {
    await using broker = await world()

    const answer = await talk(broker.socketPath, bytes, 'Instead:')

    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d/)
    expect(seen).toEqual([])
    expect(broker.dialled).toEqual([])
    expect(broker.decisions).toMatchObject([{ allowed: false }])
  })

  it('tells a body that an unusual method carries from a second request (smuggling)', async () => {
    await using broker = await world()
    const smuggled = 'GET /admin HTTP/1.1\r\nHost: other.example\r\n\r\n'

    await talk(
      broker.socketPath,
      `GET http://allowed.example/ HTTP/1.1\r\nHost: allowed.example\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`,
    )

    expect(seen).toHaveLength(1)
    expect(seen[0]).toMatchObject({ line: 'GET /', body: smuggled })
  })

  it('keeps the length although Connection asks to drop it (smuggling)', async () => {
    await using broker = await world()
    const smuggled = 'GET /admin HTTP/1.1\r\nHost: other.example\r\n\r\n'

    await talk(
      broker.socketPath,
      `POST http://allowed.example/ HTTP/1.1\r\nHost: allowed.example\r\nConnection: close, content-length, host\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
    )

    expect(seen).toHaveLength(1)
    expect(seen[0]).toMatchObject({ line: 'POST /', body: smuggled })
  })

  it('checks each request on a connection that is kept open', async () => {
    await using broker = await world()
    const one = 'GET http://allowed.example/1 HTTP/1.1\r\nHost: allowed.example\r\n\r\n'
    const two = 'GET http://evil.example/2 HTTP/1.1\r\nHost: evil.example\r\n\r\n'
    const three = 'GET http://allowed.example/3 HTTP/1.1\r\nHost: allowed.example\r\nConnection: close\r\n\r\n'

    const answer = await talk(broker.socketPath, one + two + three)

    expect(answer.match(/HTTP\/1\.1 \d{3}/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 403', 'HTTP/1.1 200'])
    expect(seen.map(({ line }) => line).toSorted()).toEqual(['GET /1', 'GET /3'])
  })

  it('drops what is meant for the proxy or for one connection, in both directions', async () => {
    await using broker = await world()

    const answer = await talk(
      broker.socketPath,
      'GET http://allowed.example/ HTTP/1.1\r\nHost: allowed.example\r\nProxy-Authorization: Basic eA==\r\nConnection: close, X-Mine\r\nX-Mine: 1\r\nUpgrade: h2c\r\nTE: trailers\r\n\r\n',
    )

    const names = seen[0]?.headers.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase())
    expect(names).toEqual(['host', 'connection'])
    expect(answer).toContain('x-end: 2')
    expect(answer).not.toContain('x-hop: 1')
  })

  it('leaves redirects to the client, whose next request is checked', async () => {
    await using broker = await world()

    const answer = await talk(
      broker.socketPath,
      'GET http://allowed.example/redirect HTTP/1.1\r\nHost: allowed.example\r\nConnection: close\r\n\r\n',
    )
    const followed = await talk(
      broker.socketPath,
      'GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
    )

    expect(answer).toContain('location: http://evil.example/')
    expect(followed).toMatch(/^HTTP\/1\.1 403/)
    expect(seen).toHaveLength(1)
  })

  it('passes packed content on as it is', async () => {
    await using broker = await world()

    const answer = await talk(
      broker.socketPath,
      'GET http://allowed.example/gzip HTTP/1.0\r\nHost: allowed.example\r\n\r\n',
    )

    expect(answer).toContain('content-encoding: gzip')
    expect(answer.slice(answer.indexOf('\r\n\r\n') + 4)).toBe(gzipSync('packed').toString('latin1'))
  })

  it('refuses a WebSocket without TLS', async () => {
    await using broker = await world()

    const answer = await talk(
      broker.socketPath,
      'GET http://allowed.example/ HTTP/1.1\r\nHost: allowed.example\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n',
    )

    expect(answer).toContain('use a wss:// address')
    expect(seen).toEqual([])
    expect(broker.decisions).toMatchObject([{ allowed: false }])
  })

  it('answers in words when an allowed server breaks off', async () => {
    await using sink = await startSink('not http at all\r\n\r\n')
    await using broker = await world({ routes: { [`${publicAddress}:80`]: sink.port } })

    const answer = await talk(
      broker.socketPath,
      'GET http://allowed.example/ HTTP/1.1\r\nHost: allowed.example\r\nConnection: close\r\n\r\n',
    )

    expect(answer).toMatch(/^HTTP\/1\.1 502/)
    expect(answer).toContain('broke off')
  })

  it('cuts an upload when the budget of bytes is spent, and refuses what comes after', async () => {
    await using broker = await world({ deps: { limits: { ...brokerLimits, uploadBytes: 1000 } } })
    const post = (size: number) =>
      `POST http://allowed.example/ HTTP/1.1\r\nHost: allowed.example\r\nConnection: close\r\nContent-Length: ${size}\r\n\r\n${'a'.repeat(size)}`

    const small = await talk(broker.socketPath, post(900))
    await talk(broker.socketPath, post(200))
    const after = await talk(broker.socketPath, post(1))

    expect(small).toContain('you sent 900')
    expect(after).toMatch(/^HTTP\/1\.1 429/)
    expect(seen).toHaveLength(1)
    expect(broker.decisions.filter(({ allowed }) => !allowed)).toHaveLength(2)
  })
})
