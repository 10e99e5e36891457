import { mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import type { Script, Step } from './conversation.ts'
import { readStream } from './read-stream.ts'
import { startModel } from './start-model.ts'

const apiKey = 'the-real-key-of-the-operator'
const question = { model: 'm', max_tokens: 100, messages: [{ role: 'user', content: 'Mend it.' }] }
const input = { path: 'a.js', text: 'one "quoted" line\nand ünïcode 🛬' }
const step: Step = { text: 'I will look at the file first.', calls: [{ name: 'read', input }] }
const always =
  (what: Step): Script =>
  () =>
    what

function post(url: string, body: unknown, headers: Record<string, string> = { 'x-api-key': apiKey }) {
  return fetch(url, { method: 'POST', body: JSON.stringify(body), headers })
}

test('refuses a request without the real key, and writes it down', async () => {
  await using model = await startModel({ script: always(step), apiKey })

  const without = await post(`${model.url}/v1/messages`, question, {})
  const placeholder = await post(`${model.url}/v1/responses`, { model: 'm', input: 'x' }, { authorization: 'Bearer x' })
  const control = await post(`${model.url}/v1/messages`, question)

  expect([without.status, placeholder.status, control.status]).toEqual([401, 401, 200])
  expect(await without.json()).toMatchObject({ type: 'error', error: { type: 'authentication_error' } })
  expect(await placeholder.json()).toMatchObject({ error: { code: 'invalid_api_key' } })
  expect(model.requests.map(({ path, status }) => [path, status])).toEqual([
    ['/v1/messages', 401],
    ['/v1/responses', 401],
    ['/v1/messages', 200],
  ])
})

test('streams text and tool calls as Anthropic Messages does', async () => {
  await using model = await startModel({ script: always(step), apiKey })

  const events = await readStream(await post(`${model.url}/v1/messages?beta=true`, { ...question, stream: true }))

  const deltas = events.filter((event) => event.type === 'content_block_delta')
  const piecesOf = (field: string) =>
    deltas.map(({ delta }) => Object(delta)[field]).filter((piece) => typeof piece === 'string')
  expect(events[0]).toMatchObject({ type: 'message_start', message: { role: 'assistant', content: [] } })
  expect(events.at(-2)).toMatchObject({ type: 'message_delta', delta: { stop_reason: 'tool_use' } })
  expect(events.at(-1)?.type).toBe('message_stop')
  expect(piecesOf('text').length).toBeGreaterThan(1)
  expect(piecesOf('text').join('')).toBe(step.text)
  expect(JSON.parse(piecesOf('partial_json').join(''))).toEqual(input)
})

test('streams text and function calls as OpenAI Responses does', async () => {
  await using model = await startModel({ script: always(step), apiKey })
  const body = { model: 'm', input: 'Mend it.', stream: true }

  const events = await readStream(await post(`${model.url}/v1/responses`, body, { authorization: `Bearer ${apiKey}` }))

  const joined = (type: string) => events.flatMap((event) => (event.type === type ? String(event.delta) : [])).join('')
  expect(events.map((event) => event.sequence_number)).toEqual(events.map((_, index) => index))
  expect(joined('response.output_text.delta')).toBe(step.text)
  expect(JSON.parse(joined('response.function_call_arguments.delta'))).toEqual(input)
  expect(events.at(-1)).toMatchObject({
    type: 'response.completed',
    response: { status: 'completed', output: [{ type: 'message' }, { type: 'function_call', name: 'read' }] },
  })
})

test('says the same at once as in a stream', async () => {
  await using model = await startModel({ script: always(step), apiKey })

  const message = await (await post(`${model.url}/v1/messages`, question)).json()
  const response = await (await post(`${model.url}/v1/responses`, { model: 'm', input: 'x' })).json()

  expect(message).toMatchObject({
    stop_reason: 'tool_use',
    content: [
      { type: 'text', text: step.text },
      { type: 'tool_use', name: 'read', input },
    ],
  })
  expect(response).toMatchObject({ output: [{ type: 'message' }, { arguments: JSON.stringify(input) }] })
})

test('counts tokens without asking the script', async () => {
  const script = () => {
    throw new Error('asked')
  }
  await using model = await startModel({ script, apiKey })

  const { max_tokens: _, ...count } = question
  const answer = await post(`${model.url}/v1/messages/count_tokens`, count)

  expect(await answer.json()).toEqual({ input_tokens: expect.any(Number) })
})

test('fails as the service would when the script says so', async () => {
  await using model = await startModel({ script: always({ failure: { status: 529, message: 'busy' } }), apiKey })

  const answer = await post(`${model.url}/v1/messages`, { ...question, stream: true })

  expect(answer.status).toBe(529)
  expect(await answer.json()).toEqual({ type: 'error', error: { type: 'overloaded_error', message: 'busy' } })
})

test('refuses what is not a request of the wire format', async () => {
  await using model = await startModel({ script: always(step), apiKey })

  const empty = await post(`${model.url}/v1/messages`, { ...question, messages: [] })
  const item = await post(`${model.url}/v1/responses`, { model: 'm', input: [{ type: 'no-such-item' }] })
  const route = await post(`${model.url}/v1/files`, {})

  expect([empty.status, item.status, route.status]).toEqual([400, 400, 404])
})

test('listens on a unix socket', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'model-'))
  const socketPath = join(folder, 'model.sock')
  await using model = await startModel({ script: always(step), apiKey, socketPath })

  const body = await new Promise<string>((resolve, reject) => {
    const sent = request(
      { socketPath, path: '/v1/messages', method: 'POST', headers: { 'x-api-key': apiKey } },
      (response) => resolve(text(response)),
    )
    sent.on('error', reject).end(JSON.stringify(question))
  })

  expect(model.url).toBe(`unix:${socketPath}`)
  expect(JSON.parse(body)).toMatchObject({ role: 'assistant' })
  await rm(folder, { recursive: true })
})

test('streams text and calls as Chat Completions does, with usage where it is asked for', async () => {
  await using model = await startModel({ script: always(step), apiKey })
  const body = { model: 'm', messages: [{ role: 'user', content: 'Mend it.' }], stream: true }
  const ask = async (more: object) => {
    const answer = await post(`${model.url}/v1/chat/completions`, { ...body, ...more })
    return (await answer.text()).split('\n\n').flatMap((frame) => frame.match(/^data: (.*)$/)?.[1] ?? [])
  }

  const frames = await ask({})
  const withUsage = await ask({ stream_options: { include_usage: true } })

  const chunks = frames.slice(0, -1).map((frame) => JSON.parse(frame).choices[0].delta)
  const said = chunks.flatMap((delta) => delta.content ?? []).join('')
  const given = chunks.flatMap((delta) => delta.tool_calls?.[0].function.arguments ?? []).join('')
  expect(frames.at(-1)).toBe('[DONE]')
  expect([said, JSON.parse(given)]).toEqual([step.text, input])
  expect(frames.join()).not.toContain('usage')
  expect(JSON.parse(withUsage.at(-2) ?? '')).toMatchObject({
    choices: [],
    usage: { prompt_tokens: expect.any(Number) },
  })
})

test('streams text and calls as Gemini does, and pairs calls with answers that have no id', async () => {
  const seen: string[][] = []
  const script: Script = (conversation) => {
    seen.push(conversation.entries.flatMap((entry) => ('id' in entry ? [entry.id] : [])))
    return step
  }
  await using model = await startModel({ script, apiKey })
  const call = { role: 'model', parts: [{ functionCall: { name: 'bash', args: {} } }] }
  const result = { role: 'user', parts: [{ functionResponse: { name: 'bash', response: { output: 'x' } } }] }
  const path = `${model.url}/v1beta/models/gemini-3:streamGenerateContent?alt=sse`

  const answer = await post(path, { contents: [call, result, call, result] }, { 'x-goog-api-key': apiKey })
  const chunks = (await answer.text()).match(/^data: .*$/gm)?.map((frame) => JSON.parse(frame.slice(6))) ?? []

  const parts = chunks.flatMap((chunk) => chunk.candidates[0].content.parts)
  expect(parts.flatMap((part) => part.text ?? []).join('')).toBe(step.text)
  expect(parts.at(-1)).toMatchObject({ functionCall: { name: 'read', args: input } })
  expect(chunks.at(-1)).toMatchObject({ usageMetadata: { promptTokenCount: expect.any(Number) } })
  expect(seen).toEqual([['bash 1', 'bash 1', 'bash 2', 'bash 2']])
})
