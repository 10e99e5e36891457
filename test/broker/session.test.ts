import { once } from 'node:events'
import { chmod, stat, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { brokerLimits } from '../../worker/broker/broker-limits.ts'
import { createBrokerFactory } from '../../worker/broker/create-broker-factory.ts'
import { runCommand } from '../../worker/process/run-command.ts'
import { ask, begin } from './ask.ts'
import { openWorld, presetsOf, publicAddress, startSink } from './broker-world.ts'
import { openGateway, startModelSink } from './model-sink.ts'
import { openTunnel, talk } from './raw-client.ts'

const closedSetup = {
  jobId: 'job0000000001',
  phase: 'setup',
  repository: { id: 1, owner: 'acme', name: 'widget' },
  owner: null,
  egress: [],
  model: null,
} as const
const isRoot = process.getuid?.() === 0
const request = 'GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n'

describe('a session', () => {
  it('listens on a socket that only its owner may use, in a folder of the same kind', async () => {
    const owner = isRoot ? { uid: 65_534, gid: 65_534 } : null
    await using broker = await openWorld({ owner })

    const socket = await stat(broker.socketPath)
    const folder = await stat(dirname(broker.socketPath))

    expect([socket.mode & 0o777, folder.mode & 0o777]).toEqual([0o600, 0o700])
    expect([socket.uid, folder.uid]).toEqual(isRoot ? [65_534, 65_534] : [process.getuid?.(), process.getuid?.()])
  })

  it('takes the place of a socket that a killed worker left', async () => {
    await using broker = await openWorld()
    const left = join(dirname(broker.socketPath), 'left.sock')
    await writeFile(left, '')
    const deps = { presets: presetsOf(), upstreams: { anthropic: none, openai: none, gemini: none } }

    const session = await createBrokerFactory(deps).open(
      { ...closedSetup, socketPath: left },
      { onDecision() {}, onExchange() {} },
    )

    expect(await talk(left, request)).toMatch(/^HTTP\/1\.1 403/)
    await session[Symbol.asyncDispose]()
  })

  it('says why it cannot listen', async () => {
    const deps = { presets: presetsOf(), upstreams: { anthropic: none, openai: none, gemini: none } }
    const open = (socketPath: string) =>
      createBrokerFactory(deps).open({ ...closedSetup, socketPath }, { onDecision() {}, onExchange() {} })

    await expect(open(`/tmp/${'a'.repeat(120)}`)).rejects.toMatchObject({ name: 'BrokerError', code: 'unavailable' })
    await expect(open('/proc/no/such/broker.sock')).rejects.toMatchObject({ code: 'unavailable', retryable: true })
  })

  it('gives programs inside the proxy, the gateway, and the certificates to trust', async () => {
    await using broker = await openWorld({ deps: { certificates: '/host/certificates' } })

    expect(broker.session.env).toMatchObject({
      HTTPS_PROXY: 'http://127.0.0.1:3128',
      no_proxy: '127.0.0.1,localhost,::1',
      NODE_EXTRA_CA_CERTS: '/opt/airlock/certificates/ca-certificates.crt',
    })
    expect(broker.session.env.JAVA_TOOL_OPTIONS?.split(' ')).toEqual(
      expect.arrayContaining([
        '-Dhttps.proxyPort=3128',
        '-Daether.connector.http.useSystemProperties=true',
        '-Djavax.net.ssl.trustStore=/opt/airlock/certificates/cacerts.jks',
      ]),
    )
    expect(broker.session.tools).toEqual([{ name: 'certificates', path: '/host/certificates' }])
    expect(broker.session.gateway.openai).toBe('http://127.0.0.1:3128/openai/v1')
    expect(broker.session.placeholderKey.length).toBeGreaterThan(40)
  })

  it('leaves nothing behind: no socket, no listener, no connection, no request upstream', async () => {
    const upstreamClosed = Promise.withResolvers<void>()
    await using model = await startModelSink((_request, response) => {
      response.once('close', () => upstreamClosed.resolve())
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: {}\n\n')
    })
    await using sink = await startSink('')
    const broker = await openGateway(model, {
      egress: [`a.example:${sink.port}`],
      names: { 'a.example': [publicAddress] },
      routes: { [`${publicAddress}:${sink.port}`]: sink.port },
    })
    const answering = await begin(broker.socketPath, { headers: { 'x-api-key': broker.session.placeholderKey } })
    answering.resume()
    const idle = connect(broker.socketPath)
    const waiting = talk(broker.socketPath, request.replaceAll('a.example', `a.example:${sink.port}`))
    await sink.reached
    const gone = [once(idle, 'close'), new Promise((resolve) => answering.once('error', resolve))]

    await broker[Symbol.asyncDispose]()

    await Promise.all([...gone, waiting, upstreamClosed.promise])
    await expect(stat(broker.socketPath)).rejects.toMatchObject({ code: 'ENOENT' })
    const [error] = await once(connect(broker.socketPath), 'error')
    expect(error).toMatchObject({ code: 'ENOENT' })
    const recorded = broker.decisions.length
    await broker.session[Symbol.asyncDispose]()
    expect(broker.decisions).toHaveLength(recorded)
  })

  it('keeps no connection to a provider open', async () => {
    await using model = await startModelSink()
    const broker = await openGateway(model)
    await ask(broker)
    const before = model.connections()

    await broker[Symbol.asyncDispose]()
    await model.idle()

    expect(before).toBe(1)
    expect(model.connections()).toBe(0)
  })

  it('does not wait for a name service that never answers', async () => {
    const asked = Promise.withResolvers<void>()
    const resolver = () => {
      asked.resolve()
      return new Promise<never>(() => {})
    }
    // Its own limit would come in an hour: only the end of the session ends the question.
    const limits = { ...brokerLimits, resolveMs: 3_600_000 }
    const broker = await openWorld({ egress: ['a.example'], deps: { resolver, limits } })
    const waiting = talk(broker.socketPath, request)
    await asked.promise

    await broker[Symbol.asyncDispose]()

    expect(await waiting).toBe('')
  })

  it('shuts the door after so many decisions, with one last entry', async () => {
    await using broker = await openWorld({ deps: { limits: { ...brokerLimits, decisions: 3 } } })

    const answers: string[] = []
    for (let count = 0; count < 5; count += 1) answers.push(await talk(broker.socketPath, request))
    const tunnel = await openTunnel(broker.socketPath, 'a.example:443')

    expect(answers.map((answer) => answer.slice(9, 12))).toEqual(['403', '403', '429', '429', '429'])
    expect(tunnel.status).toBe(429)
    expect(broker.decisions.length).toBeLessThanOrEqual(3)
  })

  it('drops connections beyond its limit, and serves the others', async () => {
    await using broker = await openWorld({ deps: { limits: { ...brokerLimits, openConnections: 2 } } })
    const held = [connect(broker.socketPath), connect(broker.socketPath)]
    await Promise.all(held.map((socket) => once(socket, 'connect')))

    const dropped = await talk(broker.socketPath, request)
    held[0]?.destroy()
    while ((await talk(broker.socketPath, request)) === '') await new Promise(setImmediate)

    expect(dropped).toBe('')
    expect(broker.decisions).toContainEqual(expect.objectContaining({ reason: 'more than 2 connections at once' }))
    held[1]?.destroy()
  })

  it('makes a stranger’s text harmless before it is recorded', async () => {
    await using broker = await openWorld()

    await talk(broker.socketPath, 'GET http://\x1b[31m\xe2\x80\xae/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    await talk(broker.socketPath, `CONNECT ${'a'.repeat(1000)}:443 HTTP/1.1\r\nHost: x\r\n\r\n`)

    for (const { host } of broker.decisions) {
      expect(host).not.toMatch(/[\x00-\x1f\x7f-\x9f\u202e]/)
      expect(host.length).toBeLessThanOrEqual(253)
    }
    expect(broker.decisions).toHaveLength(2)
  })

  it('does not wait for a client that sends its head a byte at a time without end', async () => {
    await using broker = await openWorld()
    const slow = connect(broker.socketPath)
    slow.on('error', () => {})
    slow.write('GET http://a.exa')

    expect(await talk(broker.socketPath, request)).toMatch(/^HTTP\/1\.1 403/)
    slow.destroy()
  })

  it('lets no other user in', async () => {
    await using broker = await openWorld()
    expect((await stat(broker.socketPath)).mode & 0o777).toBe(0o600)
    // Only root can try it as another user.
    if (!isRoot) return
    // The folder opened up by mistake: the socket's own mode still holds.
    await chmod(dirname(broker.socketPath), 0o755)
    await chmod(dirname(dirname(broker.socketPath)), 0o755)
    const probe = (uid: number) =>
      runCommand(['socat', '-', `UNIX-CONNECT:${broker.socketPath}`], {
        ...{ uid, gid: uid, input: request, timeoutMs: 5000 },
        env: { PATH: process.env.PATH ?? '' },
      })

    await expect(probe(65_534)).rejects.toMatchObject({ stderr: expect.stringContaining('Permission denied') })
    expect(broker.decisions).toEqual([])
    expect((await probe(0)).stdout.toString()).toMatch(/^HTTP\/1\.1 403/)
  })
})

const none = { baseUrl: 'http://127.0.0.1:9', apiKey: null }
