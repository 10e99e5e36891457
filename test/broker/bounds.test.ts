import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { createServer as createTlsServer, type TLSSocket } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { brokerLimits } from '../../worker/broker/broker-limits.ts'
import { listen, openWorld, portOf, publicAddress, type WorldOptions } from './broker-world.ts'
import { makeCertificate } from './certificate.ts'
import { handshake, openTunnel } from './raw-client.ts'

const MiB = 1024 * 1024
const block = Buffer.alloc(MiB, 'x')
let certificate: { key: string; cert: string }
let stop: () => Promise<void>
let port: number

beforeAll(async () => {
  certificate = await makeCertificate(['a.example'])
  const server = createTlsServer(certificate, (socket) => {
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      if (chunk.includes('more')) socket.write(block)
    })
  })
  stop = await listen(server)
  port = portOf(server)
})
afterAll(() => stop())

async function openTls(limits: Partial<typeof brokerLimits>) {
  const options: WorldOptions = {
    egress: ['a.example'],
    names: { 'a.example': [publicAddress] },
    routes: { [`${publicAddress}:443`]: port },
    deps: { limits: { ...brokerLimits, ...limits } },
  }
  const broker = await openWorld(options)
  const { socket } = await openTunnel(broker.socketPath, 'a.example:443')
  const tls = await handshake(socket, { servername: 'a.example', ca: certificate.cert })
  tls.on('error', () => {})
  return { broker, tls }
}

/** However it ends: being cut is an error to TLS. */
function closed(tls: TLSSocket): Promise<void> {
  return new Promise((resolve) => tls.once('close', () => resolve()))
}

async function bytesUntilCut(tls: TLSSocket): Promise<number> {
  let bytes = 0
  tls.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    tls.write('more')
  })
  tls.write('more')
  await closed(tls)
  return bytes
}

describe('bounds of a tunnel', () => {
  it('cuts it when the budget of bytes is spent, with one entry in the record, and opens no other', async () => {
    const { broker, tls } = await openTls({ egressBytes: 5 * MiB })
    await using _ = broker

    const bytes = await bytesUntilCut(tls)
    const after = await openTunnel(broker.socketPath, 'a.example:443')

    expect(bytes).toBeGreaterThan(3 * MiB)
    expect(bytes).toBeLessThan(6 * MiB)
    expect(after.status).toBe(429)
    expect(broker.decisions.map(({ allowed }) => allowed)).toEqual([true, false, false])
  })

  it('cuts it when too much is carried out', async () => {
    const { broker, tls } = await openTls({ uploadBytes: MiB })
    await using _ = broker

    for (let sent = 0; sent < 4; sent += 1) tls.write(block)
    await closed(tls)

    expect(broker.decisions).toMatchObject([
      { allowed: true },
      { allowed: false, reason: expect.stringContaining('budget') },
    ])
  })

  it('closes it when nothing moves', async () => {
    const { broker, tls } = await openTls({ idleMs: 100 })
    await using _ = broker

    await closed(tls)

    expect(broker.decisions).toMatchObject([{ allowed: true }])
  })
})

describe('back-pressure', () => {
  it('holds a server back while the client does not read, and keeps next to nothing itself', async () => {
    const total = 128
    let written = 0
    const server = createServer(async (_request, response) => {
      response.writeHead(200, { 'content-length': total * MiB })
      while (written < total) {
        written += 1
        if (!response.write(block)) await once(response, 'drain')
      }
      response.end()
    })
    const close = await listen(server)
    await using broker = await openWorld({
      egress: ['a.example'],
      names: { 'a.example': [publicAddress] },
      routes: { [`${publicAddress}:80`]: portOf(server) },
    })
    const client = connect(broker.socketPath)
    client.write('GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n')
    await once(client, 'readable')
    // Until the server has been stuck for a while.
    for (let last = -1; last !== written; ) {
      last = written
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    const whileNobodyReads = written

    let received = 0
    client.on('data', (chunk) => {
      received += chunk.length
    })
    await once(client, 'close')
    await close()

    expect(whileNobodyReads).toBeLessThan(32)
    expect(received).toBeGreaterThan(total * MiB)
  })
})
