import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { brokerLimits } from '../../worker/broker/broker-limits.ts'
import { ask, begin } from './ask.ts'
import { openGateway, realKey, startModelSink } from './model-sink.ts'

describe('attacks on the model gateway', () => {
  it.each([
    ['an own key as x-api-key', { 'x-api-key': 'sk-ant-attacker' }],
    ['an own key as bearer', { authorization: 'Bearer sk-attacker' }],
    ['an own key beside the placeholder', { 'x-api-key': 'PLACEHOLDER', authorization: 'Bearer sk-attacker' }],
    [
      'an own key beside the placeholder, the other way round',
      { 'x-goog-api-key': 'sk-attacker', 'x-api-key': 'PLACEHOLDER' },
    ],
    ['basic credentials', { authorization: 'Basic eDp5' }],
    ['no key', {}],
    ['an empty key', { 'x-api-key': '' }],
    ['the beginning of the placeholder', { 'x-api-key': 'airlock-' }],
  ])('refuses %s: no request upstream, one entry in the record', async (_name, given) => {
    await using sink = await startModelSink()
    await using broker = await openGateway(sink)
    const headers = Object.fromEntries(
      Object.entries(given).map(([name, value]) => [name, value.replace('PLACEHOLDER', broker.session.placeholderKey)]),
    )

    const reply = await ask(broker, { headers })

    expect(reply.status).toBe(401)
    expect(reply.text).toContain("the key is not this session's own")
    expect(sink.requests).toEqual([])
    expect(broker.decisions).toMatchObject([{ allowed: false, kind: 'model' }])
    expect(await ask(broker)).toMatchObject({ status: 200 })
  })

  it('refuses the placeholder of another session', async () => {
    await using sink = await startModelSink()
    await using broker = await openGateway(sink)
    await using other = await openGateway(sink)

    const reply = await ask(broker, { headers: { 'x-api-key': other.session.placeholderKey } })

    expect(reply.status).toBe(401)
    expect(sink.requests).toEqual([])
  })

  it.each([
    ['the Files endpoint', 'POST', '/anthropic/v1/files'],
    ['reading a file', 'GET', '/anthropic/v1/files/file_1/content'],
    ['the Files endpoint of OpenAI', 'POST', '/openai/v1/files'],
    ['uploads', 'POST', '/openai/v1/uploads'],
    ['batches', 'POST', '/anthropic/v1/messages/batches'],
    ['the administration', 'GET', '/anthropic/v1/organizations/api_keys'],
    ['stored responses', 'GET', '/openai/v1/responses/resp_1'],
    ['fine-tuning', 'POST', '/openai/v1/fine_tuning/jobs'],
    ['uploads to Gemini', 'POST', '/gemini/upload/v1beta/files'],
    ['another method of a Gemini model', 'POST', '/gemini/v1beta/models/m:predictLongRunning'],
    ['a way up in the path', 'POST', '/anthropic/v1/messages/../files'],
    ['an escaped way up', 'POST', '/anthropic/v1/messages%2f..%2ffiles'],
    ['a doubled slash', 'POST', '/anthropic//v1/messages'],
    ['a model name with a way up', 'POST', '/gemini/v1beta/models/..%2ffiles:generateContent'],
    ['an inference path by another method', 'PUT', '/anthropic/v1/messages'],
  ])('refuses %s: no request upstream, one entry in the record', async (_name, method, path) => {
    await using sink = await startModelSink()
    await using broker = await openGateway(sink)

    const reply = await ask(broker, { method, path })

    expect([403, 405]).toContain(reply.status)
    expect(sink.requests).toEqual([])
    expect(broker.decisions).toMatchObject([{ allowed: false, kind: 'model' }])
    expect(await ask(broker)).toMatchObject({ status: 200 })
  })

  it('drops organisations, cookies, wide betas and every header that it does not know', async () => {
    await using sink = await startModelSink()
    await using broker = await openGateway(sink)

    await ask(broker, {
      headers: {
        'x-api-key': broker.session.placeholderKey,
        'anthropic-beta': 'files-api-2025-04-14,interleaved-thinking-2025-05-14, mcp-client-2025-04-04',
        'anthropic-version': '2023-06-01',
        'openai-organization': 'org-attacker',
        'openai-project': 'proj-attacker',
        'x-goog-user-project': 'attacker',
        'anthropic-dangerous-direct-browser-access': 'true',
        cookie: 'session=attacker',
        'x-anything': 'a channel',
      },
    })

    const { host, connection, ...headers } = sink.requests[0]?.headers ?? {}
    expect(headers).toEqual({
      'accept-encoding': 'identity',
      'anthropic-beta': 'interleaved-thinking-2025-05-14',
      'anthropic-version': '2023-06-01',
      'content-length': expect.any(String),
      'content-type': 'application/json',
      'x-api-key': realKey,
    })
  })

  it.each([
    ['/openai/v1/chat/completions', '{"model":"m","messages":[]}'],
    ['/openai/v1/responses', '{"model":"m","messages":[],"store":false}'],
    ['/anthropic/v1/messages', '{"model":"m","messages":[]}'],
  ])('takes servers and keys of an attacker out of a request for a router: %s', async (path, sent) => {
    await using sink = await startModelSink()
    await using broker = await openGateway(sink)
    const evil = { api_base: 'http://evil.example', base_url: 'http://evil.example', api_key: 'sk-attacker' }

    const reply = await ask(broker, { path, body: { model: 'm', ...evil, plugins: [{ id: 'web' }], messages: [] } })

    expect(reply.status).toBe(200)
    expect(sink.requests.map(({ body }) => body)).toEqual([sent])
    expect(broker.decisions.filter(({ allowed }) => !allowed)).toHaveLength(4)
  })

  it('never shows the real key downstream, whatever the provider repeats', async () => {
    await using sink = await startModelSink(async (request, response) => {
      response.writeHead(200, { 'content-type': 'text/plain', 'set-cookie': `k=${realKey}`, 'x-echo': realKey })
      const echo = `you sent ${request.headers['x-api-key']}, yes ${realKey}`
      // In two pieces, cut within the key.
      response.write(echo.slice(0, 20))
      await new Promise((resolve) => setTimeout(resolve, 20))
      response.end(echo.slice(20))
    })
    await using broker = await openGateway(sink)

    const reply = await ask(broker)

    expect(reply.text).toMatch(/^you sent \*+, yes \*+$/)
    expect(reply.text).toHaveLength(`you sent ${realKey}, yes ${realKey}`.length)
    expect(JSON.stringify([reply, broker.exchanges, broker.decisions])).not.toContain(realKey)
  })

  it.each([
    ['says its length', { 'content-length': String(10 * 1024 * 1024) }],
    ['does not say its length', { 'transfer-encoding': 'chunked' }],
  ])('refuses a prompt of 10 MiB that %s', async (_name, headers) => {
    await using sink = await startModelSink()
    await using broker = await openGateway(sink)
    const body = JSON.stringify({ model: 'm', messages: 'a'.repeat(10 * 1024 * 1024) }).slice(0, 10 * 1024 * 1024)

    const reply = await ask(broker, { body, headers: { 'x-api-key': broker.session.placeholderKey, ...headers } })

    expect(reply.status).toBe(413)
    expect(reply.text).toContain('more than 8 MiB')
    expect(sink.requests).toEqual([])
    expect(broker.decisions).toMatchObject([{ allowed: false }])
    expect(await ask(broker)).toMatchObject({ status: 200 })
  })

  it.each([
    ['no JSON', 'hello'],
    ['a list', '[]'],
    ['JSON nested 200,000 deep', `{"messages":${'['.repeat(200_000)}${']'.repeat(200_000)}}`],
  ])('refuses a body that is %s', async (_name, body) => {
    await using sink = await startModelSink()
    await using broker = await openGateway(sink)

    const reply = await ask(broker, { body })

    expect(reply.status).toBe(400)
    expect(sink.requests).toEqual([])
  })

  it('bounds what a session may send to models in all', async () => {
    await using sink = await startModelSink()
    await using broker = await openGateway(sink, { deps: { limits: { ...brokerLimits, modelUploadBytes: 1000 } } })
    const body = { model: 'm', messages: 'a'.repeat(600) }

    const replies = [await ask(broker, { body }), await ask(broker, { body })]

    expect(replies.map(({ status }) => status)).toEqual([200, 429])
    expect(sink.requests).toHaveLength(1)
  })

  it('bounds how many requests are open at once', async () => {
    const finish = Promise.withResolvers<void>()
    await using sink = await startModelSink(async (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders()
      await finish.promise
      response.end('{}')
    })
    await using broker = await openGateway(sink, { deps: { limits: { ...brokerLimits, modelRequestsAtOnce: 1 } } })

    const first = await begin(broker.socketPath, { headers: { 'x-api-key': broker.session.placeholderKey } })
    const second = await ask(broker)
    finish.resolve()
    first.resume()
    await once(first, 'end')

    expect(second).toMatchObject({ status: 429, headers: { 'x-should-retry': 'true' } })
    expect(sink.requests).toHaveLength(1)
  })
})
