import { describe, expect, it } from 'vitest'
import { costUsd, modelPrices, priceOf } from '../../worker/broker/model-prices.ts'
import { ask, begin } from './ask.ts'
import { openGateway, sendEvents, sendJson, startModelSink } from './model-sink.ts'

const started = {
  type: 'message_start',
  message: { usage: { input_tokens: 100, cache_read_input_tokens: 20, output_tokens: 1 } },
}
const anthropicEvents = [
  started,
  { type: 'content_block_delta', delta: { type: 'text_delta', text: 'hi' } },
  { type: 'message_delta', usage: { output_tokens: 50 } },
  { type: 'message_stop' },
]
const answered = (type: string) => ({
  type,
  response: { usage: { input_tokens: 120, input_tokens_details: { cached_tokens: 20 }, output_tokens: 50 } },
})
const chatUsage = { prompt_tokens: 120, prompt_tokens_details: { cached_tokens: 20 }, completion_tokens: 50 }
const geminiUsage = {
  promptTokenCount: 120,
  cachedContentTokenCount: 20,
  candidatesTokenCount: 30,
  thoughtsTokenCount: 20,
}

describe('usage and cost', () => {
  it.each([
    ['Anthropic events', '/anthropic/v1/messages', anthropicEvents],
    [
      'Responses events',
      '/openai/v1/responses',
      [{ type: 'response.created', response: { usage: null } }, answered('response.completed')],
    ],
    ['an incomplete response', '/openai/v1/responses', [answered('response.incomplete')]],
    [
      'Chat chunks',
      '/openai/v1/chat/completions',
      [
        { choices: [{}], usage: null },
        { choices: [], usage: chatUsage },
      ],
    ],
    [
      'Gemini chunks',
      '/gemini/v1beta/models/m:streamGenerateContent?alt=sse',
      [{ usageMetadata: { promptTokenCount: 120 } }, { usageMetadata: geminiUsage }],
    ],
  ])('reads %s', async (_name, path, events) => {
    await using sink = await startModelSink((_request, response) => sendEvents(response, events))
    await using broker = await openGateway(sink)

    await ask(broker, { path })

    expect(broker.session.usage()).toMatchObject({ requests: 1, inputTokens: 120, outputTokens: 50 })
  })

  it.each([
    [
      'an Anthropic answer',
      '/anthropic/v1/messages',
      { usage: { input_tokens: 100, cache_creation_input_tokens: 20, output_tokens: 50 } },
    ],
    ['a response', '/openai/v1/responses', answered('x').response],
    ['a chat completion', '/openai/v1/chat/completions', { usage: chatUsage }],
    ['a Gemini answer', '/gemini/v1beta/models/m:generateContent', { usageMetadata: geminiUsage }],
    [
      'a Gemini stream as one array',
      '/gemini/v1beta/models/m:streamGenerateContent',
      [{}, { usageMetadata: geminiUsage }],
    ],
  ])('reads %s as one JSON document', async (_name, path, document) => {
    await using sink = await startModelSink((_request, response) => sendJson(response, document))
    await using broker = await openGateway(sink)

    await ask(broker, { path })

    expect(broker.session.usage()).toMatchObject({ requests: 1, inputTokens: 120, outputTokens: 50 })
  })

  it('asks a streamed chat to tell its usage', async () => {
    await using sink = await startModelSink()
    await using broker = await openGateway(sink)

    await ask(broker, { path: '/openai/v1/chat/completions', body: { model: 'm', stream: true, messages: [] } })

    expect(JSON.parse(sink.requests[0]?.body ?? '')).toMatchObject({ stream_options: { include_usage: true } })
  })

  it('counts tokens for free', async () => {
    await using sink = await startModelSink((_request, response) => sendJson(response, { input_tokens: 1000 }))
    await using broker = await openGateway(sink)

    await ask(broker, { path: '/anthropic/v1/messages/count_tokens' })

    expect(broker.session.usage()).toEqual({ requests: 0, inputTokens: 0, outputTokens: 0, costUsd: 0 })
  })

  it('stops at the cost limit, says so, and asks not to try again', async () => {
    const usage = { input_tokens: 100_000, output_tokens: 100_000 }
    await using sink = await startModelSink((_request, response) => sendJson(response, { usage }))
    await using broker = await openGateway(sink, { model: { costUsd: 2 } })

    const first = await ask(broker)
    const before = broker.session.modelStop()
    const second = await ask(broker)
    const third = await ask(broker)
    const fourth = await ask(broker, { path: '/openai/v1/responses' })

    // 0.1 of a million at $2, and 0.1 at $10: $1.20 a turn.
    expect([first.status, second.status, third.status, fourth.status]).toEqual([200, 200, 429, 429])
    expect(third.text).toContain('the cost limit of $2 is reached')
    expect(third.headers['x-should-retry']).toBe('false')
    expect(sink.requests).toHaveLength(2)
    expect(before).toBeNull()
    expect(broker.session.modelStop()).toEqual({ kind: 'cost-limit', provider: 'openai' })
    expect(broker.session.usage().costUsd).toBeCloseTo(2.4)
    expect(broker.decisions.filter(({ allowed }) => !allowed)).toHaveLength(2)
  })

  it('stops at the limit of tokens, prompts and answers together, also of a model that costs nothing', async () => {
    const usage = { input_tokens: 300, output_tokens: 200 }
    await using sink = await startModelSink((_request, response) => sendJson(response, { usage }))
    await using broker = await openGateway(sink, { model: { costUsd: 5, tokens: 1000 }, deps: { prices: new Map() } })

    const first = await ask(broker)
    const second = await ask(broker)
    const third = await ask(broker)

    expect([first.status, second.status, third.status]).toEqual([200, 200, 429])
    expect(third.text).toContain('the limit of 1000 tokens is reached')
    expect(third.headers['x-should-retry']).toBe('false')
    expect(sink.requests).toHaveLength(2)
    expect(broker.session.usage().costUsd).toBe(0)
    expect(broker.session.modelStop()).toEqual({ kind: 'token-limit', provider: 'anthropic' })
  })

  it('counts an answer that the client does not wait for (hanging up before the usage)', async () => {
    await using sink = await startModelSink((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(`data: ${JSON.stringify(started)}\n\n`)
      response.write(`data: ${JSON.stringify({ type: 'content_block_delta', delta: 'a'.repeat(40_000) })}\n\n`)
    })
    await using broker = await openGateway(sink)

    const response = await begin(broker.socketPath, { headers: { 'x-api-key': broker.session.placeholderKey } })
    let bytes = 0
    for await (const chunk of response) {
      bytes += chunk.length
      if (bytes > 40_000) break
    }
    await broker.session[Symbol.asyncDispose]()

    expect(broker.session.usage()).toMatchObject({ requests: 1, inputTokens: 120 })
    expect(broker.session.usage().outputTokens).toBeGreaterThan(10_000)
  })

  it('guesses on the high side when an answer does not say', async () => {
    await using sink = await startModelSink((_request, response) => sendJson(response, { text: 'a'.repeat(4000) }))
    await using broker = await openGateway(sink)

    await ask(broker)

    expect(broker.session.usage().outputTokens).toBeGreaterThan(1000)
    expect(broker.session.usage().inputTokens).toBeGreaterThan(10)
  })
})

describe('prices', () => {
  const million = { input: 1_000_000, cacheRead: 0, cacheWrite: 0, cacheWriteLong: 0, output: 0 }

  it('takes the longest name that fits', () => {
    expect(priceOf(modelPrices, 'claude-opus-4-5-20251101').input).toBe(5)
    expect(priceOf(modelPrices, 'claude-opus-4-20250514').input).toBe(15)
    expect(priceOf(modelPrices, 'gpt-5-codex').input).toBe(1.25)
    expect(priceOf(modelPrices, 'us.anthropic.claude-opus-4-5-20251101-v1:0').input).toBe(5)
    expect(priceOf(modelPrices, 'claude-opus-4@20250514').input).toBe(15)
    expect(priceOf(modelPrices, 'gpt-5-mini-2025-08-07').input).toBe(0.25)
  })

  it('takes an unknown model for the dearest, also where a known name only begins alike', () => {
    const dearest = Math.max(...[...modelPrices.values()].map(({ output }) => output))

    expect(priceOf(modelPrices, 'gpt-5.9').output).toBe(dearest)
    expect(priceOf(modelPrices, 'unheard-of').output).toBe(dearest)
    expect(priceOf(modelPrices, '').output).toBe(dearest)
  })

  it('counts what was read from and written to a cache at its own price', () => {
    const price = priceOf(modelPrices, 'claude-sonnet-5')

    expect(costUsd(price, million)).toBeCloseTo(2)
    expect(costUsd(price, { ...million, input: 0, cacheRead: 1_000_000 })).toBeCloseTo(0.2)
    expect(costUsd(price, { ...million, input: 0, cacheWrite: 1_000_000 })).toBeCloseTo(2.5)
    expect(costUsd(price, { ...million, input: 0, cacheWriteLong: 1_000_000 })).toBeCloseTo(4)
  })

  it('counts long prompts at their higher price', () => {
    const price = priceOf(modelPrices, 'gemini-3-pro')

    expect(costUsd(price, { ...million, input: 200_000 })).toBeCloseTo(0.4)
    expect(costUsd(price, { ...million, input: 300_000 })).toBeCloseTo(1.2)
  })
})
