import type { Reply } from './conversation.ts'
import { inPieces } from './in-pieces.ts'

/** The whole answer at once. */
export function responseFromReply(reply: Reply): Record<string, unknown> {
  return { ...response(reply, 'completed'), output: outputOf(reply), usage: usageOf(reply) }
}

/** The answer as the events of a stream, in order, numbered. */
export function* responseEvents(reply: Reply): Generator<Record<string, unknown> & { type: string }> {
  let sequence = 0
  for (const event of unnumbered(reply)) yield { ...event, sequence_number: sequence++ }
}

type Event = Record<string, unknown> & { type: string }

function* unnumbered(reply: Reply): Generator<Event> {
  yield { type: 'response.created', response: { ...response(reply, 'in_progress'), output: [], usage: null } }
  yield { type: 'response.in_progress', response: { ...response(reply, 'in_progress'), output: [], usage: null } }
  for (const [index, item] of outputOf(reply).entries()) {
    yield { type: 'response.output_item.added', output_index: index, item: begun(item) }
    yield* item.type === 'message' ? textEvents(item, index) : callEvents(item, index)
    yield { type: 'response.output_item.done', output_index: index, item }
  }
  yield { type: 'response.completed', response: responseFromReply(reply) }
}

function* textEvents(item: MessageItem, index: number): Generator<Event> {
  const place = { item_id: item.id, output_index: index, content_index: 0 }
  const [part] = item.content
  yield { type: 'response.content_part.added', ...place, part: { ...part, text: '' } }
  for (const delta of inPieces(part.text)) yield { type: 'response.output_text.delta', ...place, delta, logprobs: [] }
  yield { type: 'response.output_text.done', ...place, text: part.text, logprobs: [] }
  yield { type: 'response.content_part.done', ...place, part }
}

function* callEvents(item: CallItem, index: number): Generator<Event> {
  const place = { item_id: item.id, output_index: index }
  const [name, field, value] =
    item.type === 'function_call'
      ? ['function_call_arguments', 'arguments', item.arguments]
      : ['custom_tool_call_input', 'input', item.input]
  for (const delta of inPieces(value)) yield { type: `response.${name}.delta`, ...place, delta }
  yield { type: `response.${name}.done`, ...place, [field]: value }
}

type TextPart = { type: 'output_text'; text: string; annotations: never[]; logprobs: never[] }
type MessageItem = { id: string; type: 'message'; status: string; role: 'assistant'; content: [TextPart] }
type CallItem = { id: string; status: string; call_id: string; name: string } & (
  | { type: 'function_call'; arguments: string }
  | { type: 'custom_tool_call'; input: string }
)

function outputOf(reply: Reply): (MessageItem | CallItem)[] {
  return [
    ...(reply.text === '' ? [] : [messageItem(reply)]),
    ...reply.calls.map(({ id, name, input, custom }): CallItem => {
      const common = { id: `fc_${id}`, status: 'completed', call_id: `call_${id}`, name }
      return custom
        ? { ...common, type: 'custom_tool_call', input: String(input) }
        : { ...common, type: 'function_call', arguments: JSON.stringify(input) }
    }),
  ]
}

function messageItem(reply: Reply): MessageItem {
  const part: TextPart = { type: 'output_text', text: reply.text, annotations: [], logprobs: [] }
  return { id: `msg_${reply.id}`, type: 'message', status: 'completed', role: 'assistant', content: [part] }
}

function begun(item: MessageItem | CallItem): Record<string, unknown> {
  const empty =
    item.type === 'message' ? { content: [] } : item.type === 'function_call' ? { arguments: '' } : { input: '' }
  return { ...item, status: 'in_progress', ...empty }
}

function response(reply: Reply, status: string): Record<string, unknown> {
  return {
    id: `resp_${reply.id}`,
    object: 'response',
    created_at: 1_700_000_000,
    status,
    model: reply.model,
    error: null,
  }
}

function usageOf(reply: Reply): Record<string, unknown> {
  return {
    input_tokens: reply.inputTokens,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: reply.outputTokens,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: reply.inputTokens + reply.outputTokens,
  }
}

/** The error body of the Responses API. */
export function responsesError(status: number, message: string): Record<string, unknown> {
  return {
    error: {
      message,
      type: status === 401 ? 'invalid_request_error' : 'server_error',
      param: null,
      code: codeOf(status),
    },
  }
}

function codeOf(status: number): string | null {
  if (status === 401) return 'invalid_api_key'
  return status === 429 ? 'rate_limit_exceeded' : null
}
