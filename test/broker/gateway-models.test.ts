import { describe, expect, it } from 'vitest'
import { ask, type Question } from './ask.ts'
import { openGateway, startModelSink } from './model-sink.ts'

const model = { costUsd: 5, models: ['claude-sonnet-5', 'gpt-*', 'gemini-3*'] }
const chat = '/openai/v1/chat/completions'

describe('models that the policy does not list', () => {
  it.each<[string, Question]>([
    ['another model', { body: { model: 'claude-opus-5' } }],
    ['a longer name', { body: { model: 'claude-sonnet-5-20260101' } }],
    ['other letters', { body: { model: 'Claude-Sonnet-5' } }],
    ['a name around the listed one', { path: chat, body: { model: 'evil/gpt-5' } }],
    ['no name', { body: { messages: [] } }],
    ['a name that is a list', { body: { model: ['claude-sonnet-5', 'claude-opus-5'] } }],
    ['a name given twice, the last one counts', { body: '{"model":"claude-sonnet-5","model":"claude-opus-5"}' }],
    ['counting tokens', { path: '/anthropic/v1/messages/count_tokens', body: { model: 'claude-opus-5' } }],
    ['OpenAI Responses', { path: '/openai/v1/responses', body: { model: 'o3' } }],
    [
      'a Gemini path',
      { path: '/gemini/v1beta/models/gemini-2.5-pro:generateContent', body: { model: 'gemini-3-pro' } },
    ],
  ])('are refused: %s', async (_name, question) => {
    await using sink = await startModelSink()
    await using broker = await openGateway(sink, { model })
    await using anyModel = await openGateway(sink)

    const reply = await ask(broker, question)

    expect(reply).toMatchObject({ status: 403, headers: { 'x-should-retry': 'false' } })
    expect(reply.text).toMatch(/claude-sonnet-5, gpt-\*, gemini-3\*/)
    expect(sink.requests).toEqual([])
    expect(broker.decisions).toMatchObject([{ allowed: false, kind: 'model' }])
    expect(await ask(anyModel, question)).toMatchObject({ status: 200 })
    expect(sink.requests).toHaveLength(1)
  })

  it('do not come along with one that it lists', async () => {
    await using sink = await startModelSink()
    await using broker = await openGateway(sink, { model })

    const router = { models: ['evil-1'], fallbacks: ['evil-1'], route: 'fallback', user_config: { model_list: [] } }

    await ask(broker, { path: chat, body: { model: 'gpt-5', ...router, messages: [] } })
    await ask(broker, { body: { model: 'claude-sonnet-5', ...router, messages: [] } })
    await ask(broker, { path: '/gemini/v1beta/models/gemini-3-pro:generateContent', body: { model: 'models/evil-1' } })

    expect(sink.requests.map(({ body }) => body)).toEqual([
      '{"model":"gpt-5","messages":[]}',
      '{"model":"claude-sonnet-5","messages":[]}',
      '{}',
    ])
    // Each kind of key is told once.
    expect(broker.decisions.filter(({ allowed }) => !allowed)).toHaveLength(4)
  })

  it('say which ones may be asked, and who could add another', async () => {
    await using sink = await startModelSink()
    await using broker = await openGateway(sink, { model })

    const reply = await ask(broker, { body: { model: 'claude-opus-5' } })

    expect(reply.text).toContain('the policy does not allow the model claude-opus-5')
    expect(reply.text).toContain('ask one of these: claude-sonnet-5, gpt-*, gemini-3*')
    expect(reply.text).toContain('add claude-opus-5 to models in .github/airlock.yml')
  })
})
