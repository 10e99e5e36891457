import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { brokerLimits } from '../../worker/broker/broker-limits.ts'
import { ask, begin } from './ask.ts'
import { openWorld } from './broker-world.ts'
import { openGateway, realKey, sendJson, startModelSink } from './model-sink.ts'

describe('the model gateway', () => {
  it('puts the real key in place of the placeholder, and passes the answer back', async () => {
    await using sink = await startModelSink((_request, response) => sendJson(response, { id: 'msg_1' }))
    await using broker = await openGateway(sink)

    const reply = await ask(broker)

    expect(reply).toMatchObject({ status: 200, text: '{"id":"msg_1"}' })
    expect(sink.requests).toMatchObject([{ line: 'POST /v1/messages', headers: { 'x-api-key': realKey } }])
    expect(JSON.stringify(sink.requests)).not.toContain(broker.session.placeholderKey)
    expect(broker.decisions).toMatchObject([{ allowed: true, kind: 'model', host: '127.0.0.1' }])
  })

  it.each([
    ['anthropic', '/anthropic/v1/messages', 'x-api-key', 'x-api-key', ''],
    ['anthropic by bearer', '/anthropic/v1/messages?beta=true', 'authorization', 'x-api-key', '?beta=true'],
    ['openai responses', '/openai/v1/responses', 'authorization', 'authorization', ''],
    ['openai chat', '/openai/v1/chat/completions', 'authorization', 'authorization', ''],
    ['gemini', '/gemini/v1beta/models/gemini-3-pro:generateContent', 'x-goog-api-key', 'x-goog-api-key', ''],
    [
      'gemini streaming',
      '/gemini/v1beta/models/m:streamGenerateContent?alt=sse',
      'x-goog-api-key',
      'x-goog-api-key',
      '?alt=sse',
    ],
    ['counting tokens', '/anthropic/v1/messages/count_tokens', 'x-api-key', 'x-api-key', ''],
  ])('serves %s', async (_name, path, header, upstreamHeader, query) => {
    await using sink = await startModelSink()
    await using broker = await openGateway(sink)
    const key = broker.session.placeholderKey

    const reply = await ask(broker, { path, headers: { [header]: header === 'authorization' ? `Bearer ${key}` : key } })

    expect(reply.status).toBe(200)
    expect(sink.requests[0]?.line).toBe(`POST ${path.replace(/^\/[a-z]+/, '').replace(/\?.*/, '')}${query}`)
    expect(sink.requests[0]?.headers[upstreamHeader]).toMatch(new RegExp(`^(Bearer )?${realKey}$`))
  })

  it('takes the placeholder from ?key= and sends no query on', async () => {
    await using sink = await startModelSink()
    await using broker = await openGateway(sink)

    const path = `/gemini/v1beta/models/m:generateContent?key=${broker.session.placeholderKey}&x=1`
    const reply = await ask(broker, { path, headers: {} })

    expect(reply.status).toBe(200)
    expect(sink.requests[0]?.line).toBe('POST /v1beta/models/m:generateContent')
  })

  it('answers a look around in words, without calling it an attack', async () => {
    await using sink = await startModelSink()
    await using broker = await openGateway(sink)

    const replies = [
      await ask(broker, { method: 'GET', path: '/openai/v1/models' }),
      await ask(broker, { method: 'HEAD', path: '/anthropic' }),
      await ask(broker, { method: 'GET', path: '/' }),
    ]

    expect(replies.map(({ status }) => status)).toEqual([404, 404, 404])
    expect(replies[0]?.text).toContain('/openai/v1/chat/completions')
    expect(broker.decisions).toEqual([])
    expect(sink.requests).toEqual([])
  })

  it('passes a provider’s refusal on, with what it says about trying again', async () => {
    await using sink = await startModelSink((_request, response) => {
      response.setHeader('retry-after', '7')
      response.setHeader('location', 'http://evil.example')
      sendJson(response, { error: 'overloaded' }, 529)
    })
    await using broker = await openGateway(sink, { deps: { limits: { ...brokerLimits, modelRetryMs: 6999 } } })

    const reply = await ask(broker)

    expect(reply).toMatchObject({ status: 529, text: '{"error":"overloaded"}', headers: { 'retry-after': '7' } })
    expect(reply.headers.location).toBeUndefined()
    expect(broker.session.usage().costUsd).toBe(0)
  })

  it.each([
    ['Messages', '/anthropic/v1/messages'],
    ['Responses', '/openai/v1/responses'],
    ['Chat Completions', '/openai/v1/chat/completions'],
    ['Gemini', '/gemini/v1beta/models/gemini-3-pro:streamGenerateContent?alt=sse'],
  ])('passes events on as they come, before the answer is finished: %s', async (_name, path) => {
    const finish = Promise.withResolvers<void>()
    await using sink = await startModelSink(async (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('data: {"first":1}\n\n')
      await finish.promise
      response.end('data: {"last":1}\n\n')
    })
    await using broker = await openGateway(sink)

    const headers = { 'x-api-key': broker.session.placeholderKey }
    const response = await begin(broker.socketPath, { path, headers })
    const [first] = await once(response, 'data')
    finish.resolve()
    const rest: Buffer[] = []
    for await (const chunk of response) rest.push(chunk)

    expect(String(first)).toBe('data: {"first":1}\n\n')
    expect(Buffer.concat(rest).toString()).toBe('data: {"last":1}\n\n')
  })

  it('stops asking the provider when the client goes away', async () => {
    const aborted = Promise.withResolvers<void>()
    await using sink = await startModelSink((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('data: {}\n\n')
      response.once('close', () => aborted.resolve())
    })
    await using broker = await openGateway(sink)

    const response = await begin(broker.socketPath, { headers: { 'x-api-key': broker.session.placeholderKey } })
    await once(response, 'data')
    response.destroy()

    await aborted.promise
  })

  it('says so when there is no key, no model in this phase, or no answer', async () => {
    await using sink = await startModelSink()
    await using setup = await openGateway(sink, { phase: 'setup', model: null })
    await using keyless = await openWorld({ phase: 'agent', model: { costUsd: 1 } })
    const nowhere = { baseUrl: 'http://127.0.0.1:1', apiKey: realKey }
    const upstreams = { anthropic: nowhere, openai: nowhere, gemini: nowhere }
    const limits = { ...brokerLimits, modelRetries: 0 }
    await using dead = await openWorld({ phase: 'agent', model: { costUsd: 1 }, deps: { upstreams, limits } })

    expect(await ask(setup)).toMatchObject({
      status: 403,
      text: expect.stringContaining('the setup phase has no model'),
    })
    expect(await ask(keyless)).toMatchObject({ status: 503, text: expect.stringContaining('has no key') })
    expect(await ask(dead)).toMatchObject({ status: 502, headers: { 'x-should-retry': 'true' } })
    expect(sink.requests).toEqual([])
  })

  it('knows why an agent has no model: no key, or one that is refused; a key that was of use once is no reason', async () => {
    const statuses = [403, 200, 401]
    await using sink = await startModelSink((_request, response) => {
      response.writeHead(statuses.shift() ?? 200, { 'content-type': 'application/json' }).end('{}')
    })
    await using keyless = await openWorld({ phase: 'agent', model: { costUsd: 1 } })
    await using broker = await openGateway(sink)
    const stops: unknown[] = [broker.session.modelStop()]

    await ask(keyless)
    for (let count = 0; count < 3; count += 1) {
      await ask(broker)
      stops.push(broker.session.modelStop())
    }

    expect(keyless.session.modelStop()).toEqual({ kind: 'no-key', provider: 'anthropic' })
    expect(stops).toEqual([null, { kind: 'key-refused', provider: 'anthropic' }, null, null])
  })

  it('keeps a base path of the operator, and does not double the version', async () => {
    await using sink = await startModelSink()
    const upstream = (path: string) => ({ baseUrl: `${sink.url}${path}`, apiKey: realKey })
    await using broker = await openGateway(sink, {
      deps: { upstreams: { anthropic: upstream('/proxy/'), openai: upstream('/v1'), gemini: upstream('') } },
    })

    await ask(broker)
    await ask(broker, { path: '/openai/v1/responses' })
    await ask(broker, { path: '/gemini/v1beta/models/m:generateContent' })

    expect(sink.requests.map(({ line }) => line)).toEqual([
      'POST /proxy/v1/messages',
      'POST /v1/responses',
      'POST /v1beta/models/m:generateContent',
    ])
  })

  it('serves a client that sends everything through the proxy', async () => {
    await using sink = await startModelSink()
    await using broker = await openGateway(sink)

    const reply = await ask(broker, {
      path: 'http://127.0.0.1:3128/anthropic/v1/messages',
      headers: { 'x-api-key': broker.session.placeholderKey, host: '127.0.0.1:3128' },
    })

    expect(reply.status).toBe(200)
    expect(sink.requests).toHaveLength(1)
  })

  it('records what was asked and answered, bounded', async () => {
    await using sink = await startModelSink((_request, response) => sendJson(response, { text: 'b'.repeat(1000) }))
    await using broker = await openGateway(sink, { deps: { limits: { ...brokerLimits, exchangeBytes: 100 } } })

    await ask(broker, { body: { model: 'm', messages: `start${'a'.repeat(1000)}end` } })

    expect(broker.exchanges).toMatchObject([{ provider: 'anthropic', path: '/v1/messages', status: 200 }])
    expect(broker.exchanges[0]?.request).toMatch(/start.*bytes left out.*end/s)
    expect(broker.exchanges[0]?.request.length).toBeLessThan(150)
    expect(broker.exchanges[0]?.response).toHaveLength(100)
    expect(broker.exchanges[0]?.requestDigest).toEqual(digestOf(sink.requests[0]?.body ?? ''))
    expect(broker.exchanges[0]?.responseDigest).toEqual(digestOf(JSON.stringify({ text: 'b'.repeat(1000) })))
  })
})

function digestOf(text: string) {
  return { sha256: createHash('sha256').update(text).digest('hex'), bytes: Buffer.byteLength(text) }
}
