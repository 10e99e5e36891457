import { describe, expect, it } from 'vitest'
import { ask } from './ask.ts'
import { openGateway, startModelSink } from './model-sink.ts'

const paths = {
  anthropic: '/anthropic/v1/messages',
  responses: '/openai/v1/responses',
  chat: '/openai/v1/chat/completions',
  gemini: '/gemini/v1beta/models/m:generateContent',
}
const user = (...content: unknown[]) => ({ messages: [{ role: 'user', content }] })
const address = 'https://evil.example/?data=stolen'

describe('what a provider would fetch, run or read on the sandbox’s behalf', () => {
  it.each([
    ['an image by address', paths.anthropic, user({ type: 'image', source: { type: 'url', url: address } })],
    ['a document by address', paths.anthropic, user({ type: 'document', source: { type: 'url', url: address } })],
    ['a stored file', paths.anthropic, user({ type: 'document', source: { type: 'file', file_id: 'file_1' } })],
    ['an upload to a container', paths.anthropic, user({ type: 'container_upload', file_id: 'file_1' })],
    [
      'an image by address in a tool result',
      paths.anthropic,
      user({
        type: 'tool_result',
        tool_use_id: 'x',
        content: [{ type: 'image', source: { type: 'url', url: address } }],
      }),
    ],
    [
      'an image by address in a document of blocks',
      paths.anthropic,
      user({
        type: 'document',
        source: { type: 'content', content: [{ type: 'image', source: { type: 'url', url: address } }] },
      }),
    ],
    [
      'an image by address for Responses',
      paths.responses,
      { input: [{ role: 'user', content: [{ type: 'input_image', image_url: address }] }] },
    ],
    [
      'a file by address for Responses',
      paths.responses,
      { input: [{ role: 'user', content: [{ type: 'input_file', file_url: address }] }] },
    ],
    [
      'a stored file for Responses',
      paths.responses,
      { input: [{ role: 'user', content: [{ type: 'input_file', file_id: 'file-1' }] }] },
    ],
    ['an image by address for Chat', paths.chat, user({ type: 'image_url', image_url: { url: address } })],
    ['a stored file for Chat', paths.chat, user({ type: 'file', file: { file_id: 'file-1' } })],
    ['a file by address for Gemini', paths.gemini, { contents: [{ parts: [{ fileData: { fileUri: address } }] }] }],
    ['the answer to another request', paths.responses, { previous_response_id: 'resp_1' }],
    ['a stored conversation', paths.responses, { conversation: 'conv_1' }],
    ['a stored prompt', paths.responses, { prompt: { id: 'pmpt_1' } }],
    ['a stored item', paths.responses, { input: [{ type: 'item_reference', id: 'msg_1' }] }],
    ['a stored item by its id alone', paths.responses, { input: [{ id: 'msg_1', type: null }] }],
    ['a stored answer for Chat, as sound', paths.chat, { messages: [{ role: 'assistant', audio: { id: 'audio_1' } }] }],
    ['cached content of Gemini', paths.gemini, { cachedContent: 'cachedContents/1' }],
    ['cached content in the other spelling', paths.gemini, { cached_content: 'cachedContents/1' }],
    ['the same in the other spelling', paths.gemini, { contents: [{ parts: [{ file_data: { file_uri: address } }] }] }],
  ])('refuses %s: no request upstream', async (_name, path, body) => {
    await using sink = await startModelSink()
    await using broker = await openGateway(sink)

    const reply = await ask(broker, { path, body: { model: 'm', ...body } })

    expect(reply.status).toBe(403)
    expect(sink.requests).toEqual([])
    expect(broker.decisions).toMatchObject([{ allowed: false }])
  })

  it.each([
    ['web search', paths.anthropic, { tools: [{ type: 'web_search_20250305', name: 'web_search' }] }],
    ['web fetch', paths.anthropic, { tools: [{ type: 'web_fetch_20250910', name: 'web_fetch' }] }],
    ['code execution', paths.anthropic, { tools: [{ type: 'code_execution_20250825', name: 'x' }] }],
    ['MCP servers', paths.anthropic, { mcp_servers: [{ type: 'url', url: address }] }],
    ['a container', paths.anthropic, { container: { skills: [] } }],
    ['a faster, dearer service', paths.anthropic, { speed: 'fast' }],
    ['a faster, dearer service of OpenAI', paths.responses, { service_tier: 'priority' }],
    ['a nearer, dearer service', paths.anthropic, { inference_geo: 'priority' }],
    ['another service tier', paths.anthropic, { service_tier: 'priority' }],
    ['another service tier of Gemini', paths.gemini, { serviceTier: 'priority' }],
    ['the same in the other spelling', paths.gemini, { service_tier: 'priority' }],
    ['keeping the answer at OpenAI', paths.responses, { store: true }],
    ['keeping a chat at OpenAI', paths.chat, { store: true }],
    ['keeping the prompt in a cache for a day', paths.responses, { prompt_cache_retention: '24h' }],
    ['keeping a request at Gemini', paths.gemini, { store: true }],
    [
      'web search of OpenAI, brought within the conversation',
      paths.responses,
      { input: [{ type: 'additional_tools', role: 'developer', tools: [{ type: 'web_search' }] }] },
    ],
    ['web search of OpenAI', paths.responses, { tools: [{ type: 'web_search' }] }],
    ['MCP of OpenAI', paths.responses, { tools: [{ type: 'mcp', server_url: address }] }],
    ['a hosted shell', paths.responses, { tools: [{ type: 'shell', environment: { type: 'container_auto' } }] }],
    [
      'MCP in a namespace',
      paths.responses,
      { tools: [{ type: 'namespace', tools: [{ type: 'mcp', server_url: address }] }] },
    ],
    ['search options of Chat', paths.chat, { web_search_options: {} }],
    ['search of Gemini', paths.gemini, { tools: [{ googleSearch: {} }] }],
    [
      'URL context of Gemini, beside functions',
      paths.gemini,
      { tools: [{ urlContext: {}, functionDeclarations: [] }] },
    ],
  ])('takes %s out of the request, and records that once', async (_name, path, extra) => {
    await using sink = await startModelSink()
    await using broker = await openGateway(sink)

    const replies = [
      await ask(broker, { path, body: { model: 'm', ...extra } }),
      await ask(broker, { path, body: { model: 'm', ...extra } }),
    ]

    expect(replies.map(({ status }) => status)).toEqual([200, 200])
    expect(sink.requests[0]?.body).not.toMatch(
      /web_|mcp|evil|code_execution|container|googleSearch|urlContext|fast|priority|true|24h/,
    )
    expect(broker.decisions.filter(({ allowed }) => !allowed)).toHaveLength(1)
  })

  it.each([
    [
      'an agent’s own tools, and an address as a tool’s argument',
      paths.anthropic,
      {
        model: 'm',
        tools: [
          { name: 'Bash', input_schema: {} },
          { type: 'text_editor_20250728', name: 'edit' },
        ],
        tool_choice: { type: 'auto' },
        messages: [
          {
            role: 'assistant',
            content: [{ type: 'tool_use', name: 'f', input: { source: { type: 'url', url: address } } }],
          },
          {
            role: 'user',
            content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'eA==' } }],
          },
        ],
      },
    ],
    [
      'functions and an inline image',
      paths.responses,
      {
        model: 'm',
        // As Codex and others send it.
        store: false,
        prompt_cache_key: 'x',
        previous_response_id: null,
        tools: [
          { type: 'function', name: 'shell', parameters: {} },
          { type: 'custom', name: 'apply_patch' },
        ],
        input: [
          { role: 'user', content: [{ type: 'input_image', image_url: 'data:image/png;base64,eA==', file_id: null }] },
        ],
      },
    ],
    [
      'function calls and their answers',
      paths.gemini,
      {
        tools: [{ functionDeclarations: [{ name: 'f' }] }],
        contents: [
          { parts: [{ functionCall: { name: 'f', args: { fileData: 1 } } }, { inlineData: { data: 'eA==' } }] },
        ],
      },
    ],
  ])('control: sends %s on unchanged', async (_name, path, body) => {
    await using sink = await startModelSink()
    await using broker = await openGateway(sink)

    await ask(broker, { path, body })

    expect(JSON.parse(sink.requests[0]?.body ?? '')).toEqual(body)
    expect(broker.decisions.filter(({ allowed }) => !allowed)).toEqual([])
  })

  it('asks that an answer is not kept at OpenAI, also where a client says nothing of it', async () => {
    await using sink = await startModelSink()
    await using broker = await openGateway(sink)

    await ask(broker, { path: paths.responses, body: { model: 'm', max_output_tokens: 10, input: 'x' } })
    await ask(broker, { path: paths.chat, body: { model: 'm', store: false, messages: [] } })

    expect(sink.requests.map(({ body }) => body)).toEqual([
      '{"model":"m","max_output_tokens":10,"input":"x","store":false}',
      '{"model":"m","messages":[]}',
    ])
    expect(broker.decisions.filter(({ allowed }) => !allowed)).toEqual([])
  })

  it('sends what it judged, where two readers of the body could disagree', async () => {
    await using sink = await startModelSink()
    await using broker = await openGateway(sink)

    await ask(broker, { body: '{"model":"m","tools":[{"type":"web_fetch_1"}],"tools":[]}' })

    expect(sink.requests[0]?.body).toBe('{"model":"m","tools":[]}')
  })
})
