import { describe, expect, it } from 'vitest'
import { ask } from './ask.ts'
import { openGateway, sendEvents, sendJson, startModelSink } from './model-sink.ts'

const paths = {
  messages: '/anthropic/v1/messages',
  responses: '/openai/v1/responses',
  chat: '/openai/v1/chat/completions',
  gemini: '/gemini/v1beta/models/gemini-3-pro:streamGenerateContent?alt=sse',
}
const incomplete = (reason: string) => ({ status: 'incomplete', incomplete_details: { reason } })
const refusing = { status: 'completed', output: [{ content: [{ type: 'refusal', refusal: 'no' }] }] }

describe('how the last answer ended', () => {
  it.each<[string, string, object[], 'refusal' | 'limit' | null]>([
    ['Messages', paths.messages, [{ type: 'message_delta', delta: { stop_reason: 'refusal' } }], 'refusal'],
    ['Messages', paths.messages, [{ type: 'message_delta', delta: { stop_reason: 'max_tokens' } }], 'limit'],
    ['Messages', paths.messages, [{ type: 'message_delta', delta: { stop_reason: 'tool_use' } }], null],
    ['Responses', paths.responses, [{ type: 'x', response: incomplete('content_filter') }], 'refusal'],
    ['Responses', paths.responses, [{ type: 'x', response: incomplete('max_output_tokens') }], 'limit'],
    ['Responses', paths.responses, [{ type: 'x', response: refusing }], 'refusal'],
    ['Responses', paths.responses, [{ type: 'x', response: { status: 'completed' } }], null],
    ['Chat', paths.chat, [{ choices: [{ finish_reason: 'content_filter' }] }], 'refusal'],
    [
      'Chat',
      paths.chat,
      [{ choices: [{ delta: { refusal: 'no' } }] }, { choices: [{ finish_reason: 'stop' }] }],
      'refusal',
    ],
    ['Chat', paths.chat, [{ choices: [{ finish_reason: 'length' }] }], 'limit'],
    ['Chat', paths.chat, [{ choices: [{ finish_reason: 'tool_calls' }] }], null],
    ['Gemini', paths.gemini, [{ candidates: [{ finishReason: 'SAFETY' }] }], 'refusal'],
    ['Gemini', paths.gemini, [{ promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } }], 'refusal'],
    ['Gemini', paths.gemini, [{ candidates: [{ finishReason: 'MAX_TOKENS' }] }], 'limit'],
    ['Gemini', paths.gemini, [{ candidates: [{ finishReason: 'STOP' }] }], null],
  ])('is read in %s %#', async (_name, path, events, expected) => {
    await using sink = await startModelSink((_request, response) => sendEvents(response, events))
    await using broker = await openGateway(sink)

    await ask(broker, { path })

    expect(broker.session.answerStop()).toBe(expected)
  })

  it('is that of the last one, and of one document as well', async () => {
    const stops = ['refusal', 'end_turn']
    await using sink = await startModelSink((_request, response) =>
      sendJson(response, { stop_reason: stops.shift(), usage: { input_tokens: 1, output_tokens: 1 } }),
    )
    await using broker = await openGateway(sink)

    await ask(broker)
    const first = broker.session.answerStop()
    await ask(broker)

    expect([first, broker.session.answerStop()]).toEqual(['refusal', null])
  })
})
