import { once } from 'node:events'
import { createServer } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listen, openWorld, portOf, presetsOf, publicAddress, startSink } from './broker-world.ts'
import { makeCertificate } from './certificate.ts'
import { helloOf, withExtension } from './hello.ts'
import { handshake, openTunnel, readUntil } from './raw-client.ts'

let certificate: { key: string; cert: string }
const secure = { received: '', connections: 0, port: 0 }
let stop: () => Promise<void>

beforeAll(async () => {
  certificate = await makeCertificate(['allowed.example', 'other.example'])
  const server = createServer(certificate, (socket) => {
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      secure.received += chunk.toString('latin1')
      socket.write(`echo ${chunk.toString('latin1')}`)
    })
  })
  server.on('connection', () => {
    secure.connections += 1
  })
  stop = await listen(server)
  secure.port = portOf(server)
})
afterAll(() => stop())

const world = (options: Parameters<typeof openWorld>[0] = {}) =>
  openWorld({
    egress: ['allowed.example'],
    names: { 'allowed.example': [publicAddress], 'other.example': [publicAddress] },
    routes: { [`${publicAddress}:443`]: secure.port },
    ...options,
  })
const trusting = (servername: string) => ({ servername, ca: certificate.cert, checkServerIdentity: () => undefined })

describe('CONNECT', () => {
  it('carries TLS to a host on the list, byte for byte, and records it once', async () => {
    await using broker = await world()

    const tunnel = await openTunnel(broker.socketPath, 'allowed.example:443')
    const tls = await handshake(tunnel.socket, trusting('allowed.example'))
    tls.write('hello')
    const [echo] = await once(tls, 'data')
    tls.destroy()

    expect(echo.toString()).toBe('echo hello')
    expect(secure.received).toContain('hello')
    expect(broker.decisions).toMatchObject([
      { allowed: true, kind: 'connect', host: 'allowed.example', port: 443, phase: 'setup' },
    ])
  })

  it('says in its first line who refused what and why, and in full what is allowed instead', async () => {
    await using broker = await world()

    const { text } = await openTunnel(broker.socketPath, 'other.example:443')

    expect(text.split('\r\n', 1)[0]).toBe(
      "HTTP/1.1 403 Airlock refused the connection to other.example:443. other.example is not on this phase's list of " +
        'hosts. The setup phase allows allowed.example.',
    )
    expect(text).toContain('Instead: do not try again')
  })

  it.each([
    ['a name that only ends like the allowed one', 'evil-allowed.example:443'],
    ['the allowed name as the beginning of another', 'allowed.example.evil.example:443'],
    ['a name below an exact entry', 'sub.allowed.example:443'],
    ['an unlisted name', 'other.example:443'],
    ['ssh', 'allowed.example:22'],
    ['mail', 'allowed.example:25'],
    ['the metadata address', '169.254.169.254:443'],
    ['loopback in decimal', '2130706433:443'],
    ['loopback in octal', '0177.0.0.1:443'],
    ['loopback in hexadecimal', '0x7f000001:443'],
    ['loopback in circled digits', '①②⑦.⓪.⓪.①:443'],
    ['IPv6 loopback', '[::1]:443'],
    ['IPv4 inside IPv6', '[::ffff:127.0.0.1]:443'],
    ['NAT64', '[64:ff9b::7f00:1]:443'],
    ['localhost with a trailing dot', 'localhost.:443'],
    ['userinfo', 'allowed.example@other.example:443'],
    ['userinfo with a port', 'allowed.example:443@other.example:443'],
    ['an escape', 'allowed%2eexample:443'],
    ['a NUL', 'allowed.example\0.other.example:443'],
    ['a full-width slash', 'other.example／.allowed.example:443'],
    ['no port', 'allowed.example'],
    ['port 0', 'allowed.example:0'],
    ['a port beyond the last', 'allowed.example:65979'],
  ])('refuses %s: no byte leaves, one entry in the record', async (_name, target) => {
    await using sink = await startSink()
    const routes = Object.fromEntries(['443', '22', '25'].map((port) => [`${publicAddress}:${port}`, sink.port]))
    await using broker = await world({ routes })

    const tunnel = await openTunnel(broker.socketPath, target, 'allowed.example')

    expect(tunnel.status).not.toBe(200)
    expect(broker.dialled).toEqual([])
    expect(sink.connections()).toBe(0)
    expect(broker.decisions.filter((decision) => !decision.allowed)).toHaveLength(1)
    expect(broker.decisions.filter((decision) => decision.allowed)).toHaveLength(0)
  })

  it.each([
    ['a name below an exact entry', 'sub.allowed.example', 'sub.allowed.example', 443],
    ['another name', 'evil-allowed.example', 'evil-allowed.example', 443],
    ['another port', 'allowed.example', 'allowed.example', 25],
    ['the metadata address', '169.254.169.254', '169.254.169.254', 443],
    ['IPv6 loopback', '[::1]', '::1', 443],
    ['localhost', 'localhost', 'localhost', 443],
    ['loopback in decimal', '127.0.0.1', '2130706433', 443],
  ])('control: the operator can let %s through', async (_name, host, asked, port) => {
    const isAddress = !/[a-z]/.test(host)
    const address = host.startsWith('[') ? '::1' : isAddress ? host : publicAddress
    await using broker = await world({
      egress: ['probe'],
      names: { [host]: [publicAddress] },
      routes: { [`${address}:${port}`]: secure.port },
      deps: { presets: presetsOf(new Map([['probe', [{ host, port }]]])) },
    })
    const before = secure.connections

    const tunnel = await openTunnel(broker.socketPath, `${asked.includes(':') ? `[${asked}]` : asked}:${port}`)
    const tls = await handshake(tunnel.socket, isAddress ? { ...trusting(''), servername: '' } : trusting(host))
    tls.destroy()

    expect(secure.connections).toBe(before + 1)
    expect(broker.decisions).toMatchObject([{ allowed: true, port }])
  })

  it.each([
    ['upper case', 'ALLOWED.Example:443'],
    ['a trailing dot', 'allowed.example.:443'],
  ])('lets %s through as the same name', async (_name, target) => {
    await using broker = await world()

    const tunnel = await openTunnel(broker.socketPath, target)
    const tls = await handshake(tunnel.socket, trusting('allowed.example'))
    tls.destroy()

    expect(broker.decisions).toMatchObject([{ allowed: true, host: 'allowed.example' }])
  })

  it('refuses everything when the list is empty, in words that say so', async () => {
    await using broker = await world({ egress: [], phase: 'agent' })

    const tunnel = await openTunnel(broker.socketPath, 'allowed.example:443')

    expect(tunnel.status).toBe(403)
    expect(tunnel.text).toContain('its list of hosts is empty')
    expect(tunnel.text).toContain('add allowed.example to network in .github/airlock.yml')
    expect(broker.dialled).toEqual([])
  })

  it('refuses a CONNECT whose Host names another server', async () => {
    await using broker = await world()

    const tunnel = await openTunnel(broker.socketPath, 'allowed.example:443', 'other.example:443')

    expect(tunnel.status).toBe(400)
    expect(broker.dialled).toEqual([])
    expect(broker.decisions).toMatchObject([{ allowed: false }])
  })

  it('cuts TLS for another server than the CONNECT was for (fronting)', async () => {
    await using broker = await world()
    const before = secure.connections

    const tunnel = await openTunnel(broker.socketPath, 'allowed.example:443')
    const failed = handshake(tunnel.socket, trusting('other.example'))

    await expect(failed).rejects.toThrow(/access denied/)
    expect(secure.connections).toBe(before)
    expect(broker.decisions).toMatchObject([{ allowed: false, reason: expect.stringContaining('SNI') }])
  })

  it('cuts TLS that does not say which server it is for', async () => {
    await using broker = await world()
    const before = secure.connections

    const tunnel = await openTunnel(broker.socketPath, 'allowed.example:443')
    const failed = handshake(tunnel.socket, { ca: certificate.cert, checkServerIdentity: () => undefined })

    await expect(failed).rejects.toThrow(/access denied/)
    expect(secure.connections).toBe(before)
    expect(broker.decisions).toMatchObject([{ allowed: false, reason: expect.stringContaining('no SNI') }])
  })

  it('cuts TLS with an encrypted server name (ECH), whatever name is on the outside', async () => {
    await using sink = await startSink()
    await using broker = await world({ routes: { [`${publicAddress}:443`]: sink.port } })
    const hello = await helloOf({ servername: 'allowed.example' })
    const send = async (bytes: Buffer) => {
      const tunnel = await openTunnel(broker.socketPath, 'allowed.example:443')
      tunnel.socket.write(bytes)
      return await readUntil(tunnel.socket, 'sink')
    }

    const cut = await send(withExtension(hello, 0xfe0d, Buffer.alloc(8)))
    const reached = sink.connections()
    const control = await send(withExtension(hello, 0x1234, Buffer.alloc(8)))

    expect(Buffer.from(cut, 'latin1')).toEqual(Buffer.from([21, 3, 3, 0, 2, 2, 49]))
    expect(reached).toBe(0)
    expect(control).toContain('sink')
    expect(broker.decisions).toMatchObject([
      { allowed: false, reason: expect.stringContaining('ECH') },
      { allowed: true },
    ])
  })

  it('cuts a hello that comes a byte at a time, to keep the host busy', async () => {
    await using sink = await startSink()
    await using broker = await world({ routes: { [`${publicAddress}:443`]: sink.port } })
    const hello = await helloOf({ servername: 'allowed.example' })

    const { socket } = await openTunnel(broker.socketPath, 'allowed.example:443')
    socket.setNoDelay(true)
    for (let at = 0; at < hello.length && !socket.closed; at += 1) {
      socket.write(hello.subarray(at, at + 1))
      await new Promise(setImmediate)
    }
    await readUntil(socket)

    expect(sink.connections()).toBe(0)
    expect(broker.decisions).toMatchObject([{ allowed: false, reason: expect.stringContaining('too many pieces') }])
  })

  it('cuts what is not TLS on port 443', async () => {
    await using broker = await world()
    const before = secure.connections

    const tunnel = await openTunnel(broker.socketPath, 'allowed.example:443')
    tunnel.socket.write('GET / HTTP/1.1\r\nHost: allowed.example\r\n\r\n')
    const answer = await readUntil(tunnel.socket)

    expect(answer).toContain('port 443 is for TLS')
    expect(secure.connections).toBe(before)
    expect(broker.decisions).toMatchObject([{ allowed: false, host: 'allowed.example', port: 443 }])
  })

  it('cuts a tunnel through which nothing comes', async () => {
    const { brokerLimits } = await import('../../worker/broker/broker-limits.ts')
    await using broker = await world({ deps: { limits: { ...brokerLimits, openingMs: 50 } } })

    const tunnel = await openTunnel(broker.socketPath, 'allowed.example:443')
    await readUntil(tunnel.socket)

    expect(broker.dialled).toEqual([])
    expect(broker.decisions).toMatchObject([{ allowed: false, reason: expect.stringContaining('in time') }])
  })

  it('treats plain HTTP in a tunnel to port 80 like any other request: Host has to agree', async () => {
    await using sink = await startSink()
    await using broker = await world({ routes: { [`${publicAddress}:80`]: sink.port } })
    const ask = async (host: string) => {
      const tunnel = await openTunnel(broker.socketPath, 'allowed.example:80')
      tunnel.socket.write(`GET /path HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
      return await readUntil(tunnel.socket)
    }

    const fronted = await ask('other.example')
    const seenBefore = sink.received()
    const honest = await ask('allowed.example')

    expect(fronted).toMatch(/^HTTP\/1\.1 400/)
    expect(seenBefore).toBe('')
    expect(honest).toContain('sink')
    expect(sink.received()).toContain('GET /path HTTP/1.1\r\nHost: allowed.example\r\n')
  })
})
