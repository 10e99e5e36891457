import { describe, expect, it } from 'vitest'
import { ask, begin, type Question } from '../ask.ts'
import { sendJson } from '../model-sink.ts'
import { openVertex, place, startGoogle } from './vertex-world.ts'

const message = { model: 'claude-sonnet-5@20260101', max_tokens: 10, messages: [{ role: 'user', content: 'hello' }] }
const claude: Question = { body: { ...message, stream: true } }
const gemini: Question = {
  path: '/gemini/v1beta/models/gemini-3-pro:streamGenerateContent?alt=sse',
  body: { contents: [{ role: 'user', parts: [{ text: 'hello' }] }] },
}

describe('models on Vertex', () => {
  it('are asked where their publisher has them, with a token of the service account', async () => {
    await using google = await startGoogle()
    await using broker = await openVertex(google)

    const replies = [await ask(broker, claude), await ask(broker, gemini), await ask(broker, { body: message })]

    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(google.models().map(({ line }) => line)).toEqual([
      `POST ${place}/publishers/anthropic/models/claude-sonnet-5@20260101:streamRawPredict`,
      `POST ${place}/publishers/google/models/gemini-3-pro:streamGenerateContent?alt=sse`,
      `POST ${place}/publishers/anthropic/models/claude-sonnet-5@20260101:rawPredict`,
    ])
    expect(google.models().map(({ body }) => JSON.parse(body))).toEqual([
      { ...message, model: undefined, stream: true, anthropic_version: 'vertex-2023-10-16' },
      gemini.body,
      { ...message, model: undefined, anthropic_version: 'vertex-2023-10-16' },
    ])
    expect(replies[0]?.text).toContain('event: message_start')
    expect(broker.session.usage()).toMatchObject({ requests: 3, inputTokens: 300, outputTokens: 60 })
  })

  it.each([
    ['Claude', claude],
    ['Gemini', gemini],
  ])('stream each event on as it comes: %s', async (_name, question) => {
    const seen = Promise.withResolvers<void>()
    await using google = await startGoogle({
      async answer(_request, response) {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.write('data: {"first":1}\n\n')
        await seen.promise
        response.end('data: {"last":1}\n\n')
      },
    })
    await using broker = await openVertex(google)

    const headers = { 'x-api-key': broker.session.placeholderKey }
    const response = await begin(broker.socketPath, { ...question, headers })
    let text = ''
    for await (const chunk of response) {
      text += chunk
      // The rest is not sent before this arrived.
      if (text.includes('first')) seen.resolve()
    }

    expect(text).toBe('data: {"first":1}\n\ndata: {"last":1}\n\n')
  })

  it('are asked with one token while it lasts, and then with another', async () => {
    await using google = await startGoogle({ life: 600 })
    let now = Date.now()
    await using broker = await openVertex(google, { deps: { clock: () => now } })

    await Promise.all([ask(broker, claude), ask(broker, claude)])
    await ask(broker, claude)
    expect(google.tokens()).toHaveLength(1)
    now += 6 * 60_000
    await ask(broker, claude)

    expect(google.tokens()).toHaveLength(2)
    expect(google.models().map(({ headers }) => headers.authorization)).toEqual([
      ...Array.from({ length: 3 }, () => 'Bearer ya29.token-1'),
      'Bearer ya29.token-2',
    ])
  })

  it('are asked once Google makes tokens again', async () => {
    await using google = await startGoogle({ refusals: [{ status: 503, body: { error: 'busy' } }] })
    await using broker = await openVertex(google)

    expect(await ask(broker, claude)).toMatchObject({ status: 200 })
    expect(google.tokens()).toHaveLength(2)
    expect(broker.decisions.at(-1)?.reason).toMatch(/again in \d+ ms: no token \(status 503\)$/)
  })

  it('say so where Google refuses the key, and nothing is asked', async () => {
    await using google = await startGoogle({ refusals: [{ status: 400, body: { error: 'invalid_grant' } }] })
    await using broker = await openVertex(google)

    const reply = await ask(broker, claude)

    expect(reply).toMatchObject({ status: 503, headers: { 'x-should-retry': 'false' } })
    expect(reply.text).toContain("does not take the operator's key")
    expect(google.models()).toEqual([])
    expect(broker.session.modelStop()).toEqual({ kind: 'key-refused', provider: 'anthropic' })
  })
})

describe('attacks on the way to Vertex', () => {
  const naming = (model: string): Question => ({ body: { ...message, model } })
  const geminiAt = (path: string): Question => ({ ...gemini, path: `/gemini${path}` })

  it.each<[string, Question]>([
    ['another project, in the model’s name', naming('claude-x/../../../../projects/evil/locations/x/publishers/y')],
    ['another action behind the name', naming('claude-x:predict')],
    ['another publisher’s model', naming('../meta/models/llama')],
    ['an endpoint of somebody’s own', naming('projects/evil/locations/us-east1/endpoints/1')],
    ['an escaped way up', naming('claude-x%2f..%2f..')],
    ['a Gemini that is tuned by somebody', geminiAt('/v1beta/tunedModels/x:generateContent')],
    ['another publisher’s model by the path of Gemini', geminiAt('/v1beta/models/claude-sonnet-5:generateContent')],
    ['Vertex’s own path', geminiAt(`${place}/publishers/google/models/gemini-3-pro:generateContent`)],
    ['counting tokens', { path: '/anthropic/v1/messages/count_tokens', body: message }],
  ])('refuses %s: nothing reaches Google', async (_name, question) => {
    await using google = await startGoogle()
    await using broker = await openVertex(google)

    const reply = await ask(broker, question)

    expect(reply.status).toBe(403)
    expect([...google.models(), ...google.tokens()]).toEqual([])
    expect(await ask(broker, claude)).toMatchObject({ status: 200 })
    expect(await ask(broker, gemini)).toMatchObject({ status: 200 })
  })

  it('sends no version, beta or header that a client smuggles in', async () => {
    await using google = await startGoogle()
    await using broker = await openVertex(google)

    const reply = await ask(broker, {
      body: { ...message, anthropic_version: 'vertex-2099-01-01', anthropic_beta: ['mcp-client-2025-04-04'] },
      headers: {
        'x-api-key': broker.session.placeholderKey,
        'anthropic-beta': 'interleaved-thinking-2025-05-14,files-api-2025-04-14',
        'x-goog-user-project': 'attacker',
        'x-vertex-ai-llm-request-type': 'shared',
      },
    })

    expect(reply.status).toBe(200)
    const { host, connection, ...headers } = google.models()[0]?.headers ?? {}
    expect(headers).toEqual({
      'accept-encoding': 'identity',
      'anthropic-beta': 'interleaved-thinking-2025-05-14',
      authorization: 'Bearer ya29.token-1',
      'content-length': expect.any(String),
      'content-type': 'application/json',
    })
    expect(JSON.parse(google.models()[0]?.body ?? '')).toEqual({
      max_tokens: 10,
      messages: message.messages,
      anthropic_version: 'vertex-2023-10-16',
    })
  })

  it('never shows a token downstream, whatever Google repeats', async () => {
    await using google = await startGoogle({
      answer: (request, response) => sendJson(response, { sent: request.headers }, 400),
    })
    await using broker = await openVertex(google)

    const reply = await ask(broker, claude)

    expect(reply.text).toContain('"sent"')
    expect(google.models()[0]?.headers.authorization).toBe('Bearer ya29.token-1')
    expect(JSON.stringify([reply, broker.exchanges, broker.decisions])).not.toContain('ya29')
  })
})
