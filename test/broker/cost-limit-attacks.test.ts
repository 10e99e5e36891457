import { once } from 'node:events'
import { describe, expect, it, vi } from 'vitest'
import { brokerLimits } from '../../worker/broker/broker-limits.ts'
import { ask, begin } from './ask.ts'
import type { World } from './broker-world.ts'
import { type Answer, openGateway, sendJson, startModelSink } from './model-sink.ts'

/** At $10 a million: $0.64 at most. */
const large = { model: 'claude-sonnet-5', max_tokens: 64_000, messages: [] }
const paths = {
  messages: '/anthropic/v1/messages',
  responses: '/openai/v1/responses',
  chat: '/openai/v1/chat/completions',
  gemini: '/gemini/v1beta/models/gemini-3-pro:streamGenerateContent?alt=sse',
}

/** Sends a head and these events, and then says nothing more. */
const begins =
  (events: readonly object[]): Answer =>
  (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
    for (const event of events) response.write(`data: ${JSON.stringify(event)}\n\n`)
  }

async function beginAndHangUp(broker: World, path: string, body: object): Promise<void> {
  const response = await begin(broker.socketPath, {
    path,
    headers: { 'x-api-key': broker.session.placeholderKey },
    body,
  })
  await once(response, 'data')
  response.destroy()
  await vi.waitUntil(() => broker.session.usage().requests === 1)
}

describe('ways around the cost limit', () => {
  it('has no answer in the background: it would be worked on unseen, and its head has no usage', async () => {
    await using sink = await startModelSink()
    await using broker = await openGateway(sink)

    const reply = await ask(broker, { path: paths.responses, body: { model: 'gpt-5', background: true, input: 'x' } })
    const control = await ask(broker, { path: paths.responses, body: { model: 'gpt-5', background: false } })

    expect([reply.status, control.status]).toEqual([403, 200])
    expect(reply.text).toContain('send it without background')
    expect(sink.requests).toHaveLength(1)
  })

  it('counts the most of a request whose client hangs up before the head', async () => {
    const asked = Promise.withResolvers<void>()
    await using sink = await startModelSink(() => asked.resolve())
    await using broker = await openGateway(sink)
    const asking = new AbortController()

    const reply = fetchOn(broker, large, asking.signal)
    await asked.promise
    asking.abort()
    await reply
    await vi.waitUntil(() => broker.session.usage().requests === 1)

    expect(broker.session.usage().outputTokens).toBe(64_000)
  })

  it.each([
    ['Messages', paths.messages, { type: 'message_start', message: { usage: { output_tokens: 1 } } }, large, 64_000],
    ['Responses', paths.responses, { type: 'response.created' }, { model: 'gpt-5', max_output_tokens: 9000 }, 9000],
    ['Responses without a bound', paths.responses, { type: 'response.created' }, { model: 'gpt-5' }, 128_000],
    [
      'Chat',
      paths.chat,
      { choices: [{ delta: {} }] },
      { model: 'gpt-5', n: 2, max_tokens: 1, max_completion_tokens: 9 },
      18,
    ],
    ['Gemini', paths.gemini, { usageMetadata: { candidatesTokenCount: 5 } }, {}, 65_536],
    [
      'Gemini with a bound',
      paths.gemini,
      { candidates: [{}] },
      { generationConfig: { maxOutputTokens: 700, candidateCount: 2 } },
      1400,
    ],
  ])('counts the most of an answer that is hung up on in the middle: %s', async (_name, path, event, body, most) => {
    await using sink = await startModelSink(begins([event]))
    await using broker = await openGateway(sink)

    await beginAndHangUp(broker, path, body)

    expect(broker.session.usage().outputTokens).toBe(most)
  })

  it.each([
    [
      'Messages',
      paths.messages,
      [{ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 5 } }],
    ],
    [
      'Responses',
      paths.responses,
      [{ type: 'response.completed', response: { status: 'completed', usage: { input_tokens: 1, output_tokens: 5 } } }],
    ],
    ['Chat', paths.chat, [{ choices: [{ finish_reason: 'stop' }], usage: { prompt_tokens: 1, completion_tokens: 5 } }]],
    ['Gemini', paths.gemini, [{ candidates: [{ finishReason: 'STOP' }], usageMetadata: { candidatesTokenCount: 5 } }]],
  ])('control: believes the usage where a client hangs up after the last event: %s', async (_name, path, events) => {
    await using sink = await startModelSink(begins(events))
    await using broker = await openGateway(sink)

    await beginAndHangUp(broker, path, large)

    expect(broker.session.usage().outputTokens).toBe(5)
  })

  it('counts the most of an answer that says no usage, or does not come', async () => {
    await using mute = await startModelSink((_request, response) => sendJson(response, { content: [] }))
    await using one = await openGateway(mute)
    await using silent = await startModelSink(() => {})
    await using other = await openGateway(silent, { deps: { limits: { ...brokerLimits, modelIdleMs: 50 } } })

    await ask(one, { body: large })
    const reply = await ask(other, { body: large })

    expect(one.session.usage().outputTokens).toBe(64_000)
    expect(reply).toMatchObject({ status: 502, text: expect.stringContaining('silent for too long') })
    expect(other.session.usage().outputTokens).toBe(64_000)
  })

  it('control: counts nothing where the provider was not there, or refused', async () => {
    await using sink = await startModelSink((_request, response) => sendJson(response, {}, 400))
    await using broker = await openGateway(sink)

    await ask(broker, { body: large })

    expect(broker.session.usage()).toMatchObject({ requests: 0, costUsd: 0 })
  })

  it('lets out at once only what the limit covers, and nothing when it is reached (many at once)', async () => {
    let open = 0
    let mostOpen = 0
    const three = Promise.withResolvers<void>()
    await using sink = await startModelSink(async (_request, response) => {
      open += 1
      mostOpen = Math.max(mostOpen, open)
      if (open === 3) three.resolve()
      await three.promise
      open -= 1
      sendJson(response, { usage: { input_tokens: 0, output_tokens: 64_000 } })
    })
    await using broker = await openGateway(sink, { model: { costUsd: 2 } })

    const replies = await Promise.all(Array.from({ length: 12 }, () => ask(broker, { body: large })))

    // Three fit into $2; the fourth goes alone, with the rest.
    expect(mostOpen).toBe(3)
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(4)
    expect(sink.requests).toHaveLength(4)
    expect(replies.find(({ status }) => status === 429)?.text).toContain('the cost limit of $2 is reached')
    expect(broker.session.modelStop()).toEqual({ kind: 'cost-limit', provider: 'anthropic' })
  })

  it('control: a small budget serves an agent that asks for long answers, two at a time as well', async () => {
    await using sink = await startModelSink((_request, response) =>
      sendJson(response, { usage: { input_tokens: 10, output_tokens: 10 } }),
    )
    await using broker = await openGateway(sink, { model: { costUsd: 0.5 } })

    const replies = await Promise.all(Array.from({ length: 6 }, () => ask(broker, { body: large })))

    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200])
  })

  it('asks nothing for a client that has gone while it waited for room', async () => {
    const finish = Promise.withResolvers<void>()
    const asked = Promise.withResolvers<void>()
    await using sink = await startModelSink(async (_request, response) => {
      asked.resolve()
      await finish.promise
      sendJson(response, { usage: { input_tokens: 10, output_tokens: 10 } })
    })
    await using broker = await openGateway(sink, { model: { costUsd: 0.5 } })
    const waiting = new AbortController()

    const first = ask(broker, { body: large })
    await asked.promise
    const second = fetchOn(broker, large, waiting.signal)
    waiting.abort()
    await second
    finish.resolve()
    await first
    const third = await ask(broker, { body: large })

    expect(third.status).toBe(200)
    expect(sink.requests).toHaveLength(2)
  })
})

/** Asks, and settles also where the client itself hangs up. */
async function fetchOn({ socketPath, session }: World, body: object, signal: AbortSignal): Promise<void> {
  const asking = begin(socketPath, { headers: { 'x-api-key': session.placeholderKey }, body, signal })
  await asking.catch(() => {})
}
