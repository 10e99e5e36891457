import { describe, expect, it } from 'vitest'
import { brokerLimits } from '../../../worker/broker/broker-limits.ts'
import { frameOf } from '../../model/start-bedrock.ts'
import { ask, begin } from '../ask.ts'
import type { World } from '../broker-world.ts'
import { awsKey, bedrockSaying, claudeModel, message, openBedrock } from './bedrock-world.ts'

const streamed = { ...message, stream: true }
const eventsIn = (text: string) => text.matchAll(/^event: (?<name>.*)\ndata: (?<data>.*)\n\n/gm).toArray()
const namesIn = (text: string) => eventsIn(text).map(({ groups }) => groups?.name)
const textIn = (text: string) =>
  eventsIn(text)
    .map(({ groups }) => JSON.parse(groups?.data ?? '{}').delta?.text ?? '')
    .join('')

describe("Anthropic's models on Bedrock", () => {
  it.each([
    ['signed, with a passing key', awsKey, undefined],
    ['signed, with a lasting key', { ...awsKey, sessionToken: undefined }, undefined],
    ['with a Bedrock API key', 'bedrock-api-key-0123456789', 'bedrock-api-key-0123456789'],
  ])('are asked %s, and answer whole', async (_name, key, bearer) => {
    const { sessionToken, ...lasting } = awsKey
    const hasToken = typeof key !== 'string' && key.sessionToken !== undefined
    const accepted = typeof key === 'string' ? key : hasToken ? awsKey : lasting
    await using bedrock = await bedrockSaying('Good day.', { key: accepted })
    const text = bearer ?? Object.values(hasToken ? awsKey : lasting).join(':')
    await using broker = await openBedrock(bedrock, {}, text)

    const reply = await ask(broker, { body: message })

    expect(reply.status).toBe(200)
    expect(JSON.parse(reply.text)).toMatchObject({ type: 'message', content: [{ type: 'text', text: 'Good day.' }] })
    expect(bedrock.requests).toMatchObject([
      { method: 'POST', path: `/model/${encodeURIComponent(claudeModel)}/invoke`, status: 200 },
    ])
    expect(JSON.parse(bedrock.requests[0]?.body ?? '')).toEqual({
      max_tokens: 10,
      messages: message.messages,
      anthropic_version: 'bedrock-2023-05-31',
    })
    expect(broker.session.usage()).toMatchObject({ requests: 1, inputTokens: 100, outputTokens: 20 })
    // 100 tokens at $2 a million and 20 at $10: the price of the model, not of the dearest.
    expect(broker.session.usage().costUsd).toBeCloseTo(0.0004, 6)
  })

  it('stream as Anthropic would, with the usage counted', async () => {
    await using bedrock = await bedrockSaying('Good day, and good luck.')
    await using broker = await openBedrock(bedrock)

    const reply = await ask(broker, { body: streamed })

    expect(reply).toMatchObject({ status: 200, headers: { 'content-type': 'text/event-stream; charset=utf-8' } })
    expect(namesIn(reply.text).at(0)).toBe('message_start')
    expect(namesIn(reply.text).at(-1)).toBe('message_stop')
    expect(textIn(reply.text)).toBe('Good day, and good luck.')
    expect(bedrock.requests[0]?.path).toMatch(/\/invoke-with-response-stream$/)
    expect(broker.session.usage()).toMatchObject({ inputTokens: 100, outputTokens: 20 })
    expect(broker.exchanges).toMatchObject([{ status: 200, response: reply.text }])
  })

  it('stream each event on as it comes', async () => {
    const seen = Promise.withResolvers<void>()
    await using bedrock = await bedrockSaying('Good day.', {
      async *frames([first, ...rest]) {
        if (first !== undefined) yield first
        await seen.promise
        yield* rest
      },
    })
    await using broker = await openBedrock(bedrock)

    const headers = { 'x-api-key': broker.session.placeholderKey }
    const response = await begin(broker.socketPath, { body: streamed, headers })
    let text = ''
    for await (const chunk of response) {
      text += chunk
      // The rest is not sent before this arrived.
      if (text.includes('message_start')) seen.resolve()
    }

    expect(textIn(text)).toBe('Good day.')
  })

  it('are put together again however the stream is cut', async () => {
    await using bedrock = await bedrockSaying('Good day.', {
      *frames(frames) {
        const all = Buffer.concat([...frames])
        for (let at = 0; at < all.length; at += 7) yield all.subarray(at, at + 7)
      },
    })
    await using broker = await openBedrock(bedrock)

    const reply = await ask(broker, { body: streamed })

    expect(textIn(reply.text)).toBe('Good day.')
    expect(namesIn(reply.text).at(-1)).toBe('message_stop')
  })

  it('tell of a failure in the middle of a stream in Anthropic’s words', async () => {
    const failure = frameOf(
      { ':message-type': 'exception', ':exception-type': 'throttlingException' },
      { message: 'Slow' },
    )
    await using bedrock = await bedrockSaying('Good day.', { frames: (frames) => [...frames.slice(0, 2), failure] })
    await using broker = await openBedrock(bedrock)

    const reply = await ask(broker, { body: streamed })

    expect(reply.text.split('\n\n').at(-2)).toBe(
      'event: error\ndata: {"type":"error","error":{"type":"rate_limit_error","message":"Bedrock: Slow"}}',
    )
  })

  it.each([
    ['ends within a message', (all: Buffer) => all.subarray(0, -3)],
    ['has a bit turned over', (all: Buffer) => flipped(all, all.length - 30)],
    ['has a wrong length', (all: Buffer) => flipped(all, 2)],
  ])('break off where the stream %s, and cost what was guessed', async (_name, spoil) => {
    await using bedrock = await bedrockSaying('Good day.', { frames: (frames) => [spoil(Buffer.concat([...frames]))] })
    await using broker = await openBedrock(bedrock)

    await expect(ask(broker, { body: streamed })).rejects.toThrow()

    expect(broker.session.usage().requests).toBe(1)
    expect(broker.session.usage().costUsd).toBeGreaterThan(0)
  })

  it('are asked again when they are busy, each time signed anew', async () => {
    const faults = [{ status: 429, body: { message: 'Too many requests' } }]
    await using bedrock = await bedrockSaying('Good day.', { fault: () => faults.pop() })
    await using broker = await openBedrock(bedrock, { deps: { limits: { ...brokerLimits, modelRetryMs: 5000 } } })

    const reply = await ask(broker, { body: message })

    expect(reply.status).toBe(200)
    expect(bedrock.requests.map(({ status }) => status)).toEqual([429, 200])
    expect(broker.decisions.at(-1)?.reason).toMatch(/again in \d+ ms: status 429$/)
  })

  it('say so where AWS refuses the key', async () => {
    await using bedrock = await bedrockSaying('Good day.', {
      key: { ...awsKey, secretAccessKey: 'another/0123456789abcdef' },
    })
    await using broker = await openBedrock(bedrock)

    expect(await ask(broker, { body: message })).toMatchObject({ status: 403 })
    expect(broker.session.modelStop()).toEqual({ kind: 'key-refused', provider: 'anthropic' })
  })

  it('are stopped at the cost limit', async () => {
    await using bedrock = await bedrockSaying('Good day.')
    await using broker = await openBedrock(bedrock, { model: { costUsd: 0.0004 } })

    const replies = [await ask(broker, { body: streamed }), await ask(broker, { body: streamed })]

    expect(replies.map(({ status }) => status)).toEqual([200, 429])
    expect(bedrock.requests).toHaveLength(1)
  })

  it('are asked for nothing that is still being tried, by an agent that takes the gateway for Anthropic', async () => {
    await using bedrock = await bedrockSaying('Good day.')
    await using broker = await openBedrock(bedrock)

    expect(broker.session.env).toMatchObject({ CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS: '1' })
    expect(await envWithoutCloud()).not.toHaveProperty('CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS')
  })
})

async function envWithoutCloud(): Promise<World['session']['env']> {
  const { openGateway, startModelSink } = await import('../model-sink.ts')
  await using sink = await startModelSink()
  await using broker = await openGateway(sink)
  return broker.session.env
}

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes)
  copy.writeUInt8((copy[at] ?? 0) ^ 1, at)
  return copy
}
