import { describe, expect, it } from 'vitest'
import { openWorld, presetsOf, publicAddress, startSink } from './broker-world.ts'
import { talk } from './raw-client.ts'

const get = (host: string, port: number) =>
  `GET http://${host}:${port}/ HTTP/1.1\r\nHost: ${host}:${port}\r\nConnection: close\r\n\r\n`

describe('names and addresses', () => {
  it.each([
    ['loopback', '127.0.0.1'],
    ['the unspecified address', '0.0.0.0'],
    ['a private range', '10.0.0.7'],
    ['another private range', '192.168.1.1'],
    ['link-local, where metadata is', '169.254.169.254'],
    ['carrier-grade NAT', '100.64.0.1'],
    ["Azure's metadata", '168.63.129.16'],
    ['a documentation range', '203.0.113.80'],
    ['multicast', '224.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['IPv6 loopback', '::1'],
    ['unique local', 'fd00:ec2::254'],
    ['IPv6 link-local', 'fe80::1'],
    ['IPv4 inside IPv6', '::ffff:127.0.0.1'],
    ['the older IPv4 inside IPv6', '::7f00:1'],
    ['NAT64', '64:ff9b::7f00:1'],
    ['local NAT64', '64:ff9b:1::7f00:1'],
    ['6to4', '2002:7f00:1::'],
    ['Teredo', '2001:0:7f00:1::1'],
    ['no address at all', 'localhost'],
  ])("refuses a repository's own domain that resolves to %s", async (_name, address) => {
    await using sink = await startSink()
    const options = {
      names: { 'own.example': [address] },
      routes: { [`${address}:${sink.port}`]: sink.port },
    }
    await using broker = await openWorld({ ...options, egress: [`own.example:${sink.port}`] })

    const answer = await talk(broker.socketPath, get('own.example', sink.port))

    expect(answer).toMatch(/^HTTP\/1\.1 403/)
    expect(sink.connections()).toBe(0)
    expect(broker.decisions).toMatchObject([{ allowed: false, host: 'own.example' }])

    // Control: the same name and address, when the operator stands behind the host.
    await using vouched = await openWorld({
      ...options,
      egress: [`own.example:${sink.port}`],
      deps: { privateHosts: ['own.example'] },
    })
    expect(await talk(vouched.socketPath, get('own.example', sink.port))).toContain('sink')
    expect(sink.connections()).toBe(1)
  })

  it('lets a preset of the operator resolve to anything', async () => {
    await using sink = await startSink()
    await using broker = await openWorld({
      egress: ['mirror'],
      names: { mirror: ['127.0.0.1'] },
      deps: { presets: presetsOf(new Map([['mirror', [{ host: 'mirror', port: sink.port }]]])) },
    })

    expect(await talk(broker.socketPath, get('mirror', sink.port))).toContain('sink')
  })

  it('refuses a name with one bad answer among good ones', async () => {
    await using sink = await startSink()
    await using broker = await openWorld({
      egress: [`own.example:${sink.port}`],
      names: { 'own.example': [publicAddress, '127.0.0.1'] },
    })

    const answer = await talk(broker.socketPath, get('own.example', sink.port))

    expect(answer).toMatch(/^HTTP\/1\.1 403/)
    expect(broker.dialled).toEqual([])
  })

  it('dials the address that was checked, and checks again for the next request (rebinding)', async () => {
    await using sink = await startSink()
    await using broker = await openWorld({
      egress: [`own.example:${sink.port}`],
      names: { 'own.example': [[publicAddress], ['127.0.0.1']] },
      routes: { [`${publicAddress}:${sink.port}`]: sink.port },
    })

    const first = await talk(broker.socketPath, get('own.example', sink.port))
    const second = await talk(broker.socketPath, get('own.example', sink.port))

    expect(first).toContain('sink')
    expect(second).toMatch(/^HTTP\/1\.1 403/)
    expect(broker.dialled).toEqual([`${publicAddress}:${sink.port}`])
  })

  it('says that an allowed name does not resolve, and does not call that a refusal', async () => {
    await using broker = await openWorld({ egress: ['gone.example'] })

    const answer = await talk(broker.socketPath, get('gone.example', 80))

    expect(answer).toMatch(/^HTTP\/1\.1 502/)
    expect(answer).toContain('gone.example does not resolve')
    expect(broker.decisions).toMatchObject([{ allowed: true, reason: expect.stringContaining('does not resolve') }])
  })

  it('goes on to the next checked address when the first does not answer', async () => {
    await using sink = await startSink()
    await using broker = await openWorld({
      egress: [`own.example:${sink.port}`],
      names: { 'own.example': ['93.184.216.35', publicAddress] },
      routes: { [`93.184.216.35:${sink.port}`]: 1, [`${publicAddress}:${sink.port}`]: sink.port },
    })

    expect(await talk(broker.socketPath, get('own.example', sink.port))).toContain('sink')
    expect(broker.dialled).toHaveLength(2)
  })
})
