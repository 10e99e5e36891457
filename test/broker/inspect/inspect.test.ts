import { X509Certificate } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { describe, expect, it } from 'vitest'
import { brokerLimits } from '../../../worker/broker/broker-limits.ts'
import type { NetworkEntry } from '../../../worker/contract/index.ts'
import { openWorld } from '../broker-world.ts'
import { makeCertificate } from '../certificate.ts'
import { handshake, openTunnel, readUntil, talk } from '../raw-client.ts'
import { certificateFolder } from './certificate-folder.ts'
import { bundleOf, host, openInspected, secret } from './inspected-world.ts'

const credential = { secret: 'NPM_TOKEN' }
const rule: NetworkEntry = { host, methods: ['GET'], paths: ['/acme/**'], credential }

describe('a rule that looks at requests', () => {
  it('lets the request through, with the secret that only the broker has', async () => {
    await using world = await openInspected([rule])

    const answer = await world.ask({ path: '/acme/tools?x=1' })

    expect(answer.status).toBe(200)
    expect(world.arrived).toMatchObject([{ method: 'GET', url: '/acme/tools?x=1' }])
    expect(world.arrived[0]?.headers).toMatchObject({ authorization: `Bearer ${secret}`, host })
    expect(world.broker.decisions).toMatchObject([
      {
        allowed: true,
        kind: 'https',
        host,
        port: 443,
        reason: `allowed by ${host}:443: GET /acme/tools with NPM_TOKEN`,
      },
    ])
  })

  it.each([
    ['another method', { method: 'PUT', path: '/acme/x' }],
    ['TRACE, which would show the secret', { method: 'TRACE', path: '/acme/x' }],
    ['another path', { path: '/other' }],
    ['..', { path: '/acme/../other' }],
    ['%2e%2e', { path: '/acme/%2e%2e/other' }],
    ['//', { path: '//acme/x' }],
    ['an encoded slash', { path: '/acme%2fx' }],
    ['a full address', { path: 'https://other.example/acme/x' }],
    ['a full address of the same host', { path: `https://${host}/acme/x` }],
    ['a header that names another method', { path: '/acme/x', headers: { 'x-http-method-override': 'DELETE' } }],
    ['a header that names another path', { path: '/acme/x', headers: { 'X-Original-URL': '/other' } }],
    ['another Host', { path: '/acme/x', headers: { host: 'other.example' } }],
    ['another port in Host', { path: '/acme/x', headers: { host: `${host}:8443` } }],
    ['a WebSocket', { path: '/acme/x', headers: { connection: 'upgrade', upgrade: 'websocket' } }],
  ])('refuses %s in words, and nothing of it leaves', async (_name, question) => {
    await using world = await openInspected([rule])

    const answer = await world.ask(question)

    expect([400, 403]).toContain(answer.status)
    expect(answer.text).toMatch(/^Airlock refused /)
    expect(world.arrived).toEqual([])
    expect(world.broker.dialled).toEqual([])
    expect(world.broker.decisions).toMatchObject([{ allowed: false, host, port: 443 }])
  })

  it('refuses a server name (SNI) other than that of the CONNECT, with or without a secret at stake', async () => {
    await using world = await openInspected([rule, 'other.example'])

    await expect(world.connect(host, 'other.example')).rejects.toThrow(/access denied/i)
    await expect(world.connect('other.example', host)).rejects.toThrow(/access denied/i)
    expect(world.arrived).toEqual([])
  })

  it.each([
    ['two lengths', `Content-Length: 4\r\nTransfer-Encoding: chunked`],
    ['two different lengths', `Content-Length: 4\r\nContent-Length: 5`],
    ['an unknown coding', `Transfer-Encoding: chunked, identity`],
    ['a folded header', `X-A: b\r\n c: d`],
    ['a space before the colon', `Transfer-Encoding : chunked`],
    ['a bare line feed', `X-A: b\nTransfer-Encoding: chunked`],
  ])('refuses a request that is smuggled behind another by %s', async (_name, headers) => {
    await using world = await openInspected([{ ...rule, methods: ['GET', 'POST'] }])
    const tls = await world.connect()

    tls.write(
      `POST /acme/x HTTP/1.1\r\nHost: ${host}\r\n${headers}\r\n\r\n0\r\n\r\nGET /other HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
    )
    const said = await readUntil(tls)

    expect(said).toMatch(/^HTTP\/1\.1 400/)
    expect(world.arrived).toEqual([])
  })

  it('judges every request of a connection, not only the first', async () => {
    await using world = await openInspected([rule])
    const tls = await world.connect()

    tls.write(
      `GET /acme/x HTTP/1.1\r\nHost: ${host}\r\n\r\nGET /other HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
    )
    const said = await readUntil(tls)

    expect([...said.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual(['200', '403'])
    expect(world.arrived.map(({ url }) => url)).toEqual(['/acme/x'])
  })

  it('asks only for what one entry of several allows', async () => {
    await using world = await openInspected([
      { host, paths: ['/public/**'] },
      { host, paths: ['/acme/**'], credential },
    ])

    await world.ask({ path: '/public/x' })
    await world.ask({ path: '/acme/x' })
    const refused = await world.ask({ path: '/other' })

    expect(world.arrived.map(({ headers }) => headers.authorization)).toEqual([undefined, `Bearer ${secret}`])
    expect(refused.status).toBe(403)
  })

  it('leaves the TLS of other hosts to themselves', async () => {
    await using world = await openInspected([rule, 'other.example'])

    const tls = await world.connect('other.example')

    expect(tls.getPeerX509Certificate()?.issuer).not.toContain('Airlock')
    tls.destroy()
  })
})

describe('a credential', () => {
  it('takes the place of what the client sends, in any spelling', async () => {
    await using world = await openInspected([rule])

    await world.ask({
      path: '/acme/x',
      headers: { AUTHORIZATION: 'Bearer mine', 'proxy-authorization': 'Basic bWluZQ==' },
    })
    await world.ask({ path: '/acme/x', headers: { connection: 'authorization' } })

    for (const { raw } of world.arrived) {
      expect(raw.filter((name) => /authorization/i.test(name))).toEqual(['Authorization'])
      expect(raw).toContain(`Bearer ${secret}`)
      expect(raw.join()).not.toContain('mine')
    }
    expect(world.arrived).toHaveLength(2)
  })

  it('is written as its rule says', async () => {
    const headers = async (entry: NetworkEntry) => {
      await using world = await openInspected([entry])
      await world.ask()
      return world.arrived[0]?.headers
    }
    const basic = Buffer.from(`x-access-token:${secret}`).toString('base64')

    expect(await headers({ host, credential: { ...credential, username: 'x-access-token' } })).toMatchObject({
      authorization: `Basic ${basic}`,
    })
    expect(await headers({ host, credential: { ...credential, header: 'X-Api-Key', format: 'key {}' } })).toMatchObject(
      {
        'x-api-key': `key ${secret}`,
      },
    )
    expect(await headers({ host, credential: { ...credential, header: 'X-Api-Key' } })).toMatchObject({
      'x-api-key': secret,
    })
  })

  it('goes to no other host and no other port, and never over plain HTTP', async () => {
    await using world = await openInspected([rule, 'other.example', { host, port: 8443, paths: ['/acme/**'] }])
    const plain = (url: string) =>
      talk(world.broker.socketPath, `GET ${url} HTTP/1.1\r\nHost: ${new URL(url).host}\r\nConnection: close\r\n\r\n`)

    await world.ask({ path: '/acme/x', name: `${host}:8443` })
    const refused = await plain(`http://${host}:443/acme/x`)
    const closed = await plain(`http://${host}/acme/x`)
    await world.ask({ path: '/acme/x' })

    expect(refused).toMatch(/^HTTP\/1\.1 403[\s\S]*over TLS only/)
    expect(closed).toMatch(/^HTTP\/1\.1 403/)
    expect(world.arrived.map(({ headers }) => headers.authorization)).toEqual([undefined, `Bearer ${secret}`])
  })

  it('is not sent to a server whose certificate the worker does not trust', async () => {
    const stranger = await makeCertificate(['stranger.example'])
    await using folder = await certificateFolder(stranger.cert)
    await using world = await openInspected([rule], { deps: { certificates: folder.path } })

    const answer = await world.ask({ path: '/acme/x' })

    expect(answer.status).toBe(502)
    expect(answer.text).toContain('no TLS that the worker trusts')
    expect(world.arrived).toEqual([])
  })

  it('is blotted out of an answer that repeats it, in head and body', async () => {
    await using world = await openInspected([rule])
    await using named = await openInspected([{ host, credential: { ...credential, username: 'u' } }])

    const answers = [await world.ask({ path: '/acme/x' }), await named.ask({ path: '/x' })]

    const basic = Buffer.from(`u:${secret}`).toString('base64')
    for (const answer of answers) {
      const all = JSON.stringify(answer)
      expect(all).toContain('****')
      expect(all).not.toContain(secret)
      expect(all).not.toContain(basic)
    }
    expect(answers[0]?.headers['x-saw']).toBe(`Bearer ${'*'.repeat(secret.length)}`)
    expect(world.arrived[0]?.headers['accept-encoding']).toBe('identity')
  })

  it.each([
    ['has a line break', { NPM_TOKEN: 'a\r\nX-Injected: b' }, /line break/],
    ['is not there', {}, /holds no such secret/],
  ])('refuses the job when the secret %s, and does not show it', async (_name, secrets, why) => {
    const opening = openInspected([rule], { secrets })

    await expect(opening).rejects.toMatchObject({ name: 'BrokerError', code: 'policy-invalid', entry: 'NPM_TOKEN' })
    await expect(opening).rejects.toThrow(why)
    await expect(opening).rejects.not.toThrow(/X-Injected/)
  })

  it('is in nothing that the session gives to programs inside', async () => {
    await using world = await openInspected([rule])
    await world.ask({ path: '/acme/x' })
    const { session, decisions } = world.broker

    expect(JSON.stringify([session.env, session.tools, session.gateway, session.placeholderKey])).not.toContain(secret)
    expect(JSON.stringify(decisions)).not.toContain(secret)
    expect(await bundleOf(world.broker)).not.toContain('PRIVATE KEY')
  })
})

describe('what is carried out in heads of requests', () => {
  it('counts as what is carried out in bodies', async () => {
    await using world = await openInspected([rule], { deps: { limits: { ...brokerLimits, uploadBytes: 6000 } } })
    const carry = () => world.ask({ path: '/acme/x', headers: { 'x-data': 'a'.repeat(2500) } }).catch(() => null)

    const answers = [await carry(), await carry(), await carry()]
    const { status } = await openTunnel(world.broker.socketPath, `${host}:443`)

    expect(answers.map((answer) => answer?.status)).toEqual([200, 200, undefined])
    expect(status).toBe(429)
    expect(world.arrived).toHaveLength(2)
    expect(world.broker.session.traffic().bytesOut).toBeGreaterThan(6000)
  })
})

describe('the authority of a session', () => {
  it('is its own', async () => {
    await using one = await openInspected([rule])
    await using other = await openInspected([rule])

    const authorities = await Promise.all([one, other].map(async ({ broker }) => authorityIn(await bundleOf(broker))))
    const [first, second] = authorities

    expect(first?.fingerprint256).not.toBe(second?.fingerprint256)
    expect(first?.ca).toBe(true)
  })

  it('is not there where no rule looks at requests, and its folder goes with the session', async () => {
    const opaque = await openWorld({ egress: [host] })
    const world = await openInspected([rule])
    const folder = world.broker.session.tools[0]?.path ?? ''

    expect(opaque.session.tools).toEqual([])
    expect(dirname(folder)).toBe(dirname(world.broker.socketPath))
    expect((await stat(folder)).isDirectory()).toBe(true)
    await world[Symbol.asyncDispose]()
    await opaque[Symbol.asyncDispose]()
    await expect(stat(folder)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('is told in the record when a client does not trust it', async () => {
    await using world = await openInspected([rule])
    const { socket } = await openTunnel(world.broker.socketPath, `${host}:443`)

    await expect(handshake(socket, { servername: host, ca: [] })).rejects.toThrow()
    socket.destroy()

    await expect
      .poll(() => world.broker.decisions, { timeout: 15_000 })
      .toMatchObject([{ allowed: false, host, reason: expect.stringContaining('does not trust the certificates') }])
  })
})

function authorityIn(bundle: string): X509Certificate {
  const pems = bundle.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? []
  return new X509Certificate(pems.at(-1) ?? '')
}
