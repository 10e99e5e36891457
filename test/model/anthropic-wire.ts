import { z } from 'zod'
import type { Conversation, Entry, Reply } from './conversation.ts'
import { inPieces } from './in-pieces.ts'

const textBlockSchema = z.object({ type: z.literal('text'), text: z.string() })
const resultContentSchema = z.union([z.string(), z.array(z.object({ type: z.string(), text: z.string().optional() }))])
const contentBlockSchema = z.discriminatedUnion('type', [
  textBlockSchema,
  z.object({ type: z.literal('tool_use'), id: z.string(), name: z.string(), input: z.record(z.string(), z.unknown()) }),
  z.object({ type: z.literal('tool_result'), tool_use_id: z.string(), content: resultContentSchema.default('') }),
  z.object({ type: z.enum(['image', 'document', 'thinking', 'redacted_thinking']) }),
])

const countSchema = z.object({
  model: z.string().min(1),
  messages: z
    .array(
      z.object({
        role: z.enum(['user', 'assistant', 'system']),
        content: z.union([z.string(), z.array(contentBlockSchema)]),
      }),
    )
    .min(1),
  system: z.union([z.string(), z.array(textBlockSchema)]).optional(),
  tools: z
    .array(
      z.object({
        name: z.string(),
        input_schema: z.looseObject({ properties: z.record(z.string(), z.unknown()).optional() }).optional(),
      }),
    )
    .optional(),
})
/** The Messages API's request, as far as a model looks at it. Throws ZodError. */
export const messagesRequestSchema = countSchema.extend({
  max_tokens: z.int().positive(),
  stream: z.boolean().optional(),
})
export const countTokensRequestSchema = countSchema

type MessagesRequest = z.infer<typeof countSchema>

export function conversationFromMessages(request: MessagesRequest): Conversation {
  return {
    wire: 'anthropic',
    model: request.model,
    system: typeof request.system === 'string' ? request.system : joinText(request.system ?? []),
    tools: (request.tools ?? []).map((tool) => ({
      name: tool.name,
      kind: 'function',
      parameters: Object.keys(tool.input_schema?.properties ?? {}),
    })),
    entries: request.messages.flatMap(({ role, content }) =>
      role === 'system' ? [] : entriesFromContent(role, content),
    ),
  }
}

function entriesFromContent(
  role: 'user' | 'assistant',
  content: MessagesRequest['messages'][number]['content'],
): Entry[] {
  if (typeof content === 'string') return [{ kind: role, text: content }]
  return content.flatMap((block) => entriesFromBlock(role, block))
}

function entriesFromBlock(role: 'user' | 'assistant', block: z.infer<typeof contentBlockSchema>): Entry[] {
  switch (block.type) {
    case 'text':
      return [{ kind: role, text: block.text }]
    case 'tool_use':
      return [{ kind: 'call', id: block.id, name: block.name, input: block.input }]
    case 'tool_result': {
      const text = typeof block.content === 'string' ? block.content : joinText(block.content)
      return [{ kind: 'result', id: block.tool_use_id, text }]
    }
    default:
      return []
  }
}

function joinText(blocks: readonly { readonly text?: string | undefined }[]): string {
  return blocks.flatMap((block) => block.text ?? []).join('\n')
}

/** The whole answer at once. */
export function messageFromReply(reply: Reply): Record<string, unknown> {
  return {
    ...emptyMessage(reply),
    content: contentOf(reply),
    stop_reason: stopReasonOf(reply),
    usage: usageOf(reply, reply.outputTokens),
  }
}

/** The answer as the events of a stream, in order, each with its name. */
export function* messageEvents(reply: Reply): Generator<Record<string, unknown> & { type: string }> {
  yield {
    type: 'message_start',
    message: { ...emptyMessage(reply), content: [], stop_reason: null, usage: usageOf(reply, 1) },
  }
  yield { type: 'ping' }
  for (const [index, block] of contentOf(reply).entries()) {
    if (block.type === 'text') {
      yield { type: 'content_block_start', index, content_block: { type: 'text', text: '' } }
      for (const text of inPieces(block.text)) {
        yield { type: 'content_block_delta', index, delta: { type: 'text_delta', text } }
      }
    } else {
      yield { type: 'content_block_start', index, content_block: { ...block, input: {} } }
      yield { type: 'content_block_delta', index, delta: { type: 'input_json_delta', partial_json: '' } }
      for (const piece of inPieces(JSON.stringify(block.input))) {
        yield { type: 'content_block_delta', index, delta: { type: 'input_json_delta', partial_json: piece } }
      }
    }
    yield { type: 'content_block_stop', index }
  }
  yield {
    type: 'message_delta',
    delta: { stop_reason: stopReasonOf(reply), stop_sequence: null },
    usage: { output_tokens: reply.outputTokens },
  }
  yield { type: 'message_stop' }
}

type ReplyBlock = { type: 'text'; text: string } | { type: 'tool_use'; id: string; name: string; input: unknown }

function contentOf(reply: Reply): ReplyBlock[] {
  return [
    ...(reply.text === '' ? [] : [{ type: 'text' as const, text: reply.text }]),
    ...reply.calls.map(({ id, name, input }) => ({ type: 'tool_use' as const, id: `toolu_${id}`, name, input })),
  ]
}

function emptyMessage(reply: Reply): Record<string, unknown> {
  return { id: `msg_${reply.id}`, type: 'message', role: 'assistant', model: reply.model, stop_sequence: null }
}

function stopReasonOf(reply: Reply): 'tool_use' | 'end_turn' {
  return reply.calls.length > 0 ? 'tool_use' : 'end_turn'
}

function usageOf(reply: Reply, outputTokens: number): Record<string, number> {
  return {
    input_tokens: reply.inputTokens,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    output_tokens: outputTokens,
  }
}

/** The error body of the Messages API. */
export function messagesError(status: number, message: string): Record<string, unknown> {
  const names: Record<number, string> = {
    400: 'invalid_request_error',
    401: 'authentication_error',
    404: 'not_found_error',
    429: 'rate_limit_error',
    529: 'overloaded_error',
  }
  return { type: 'error', error: { type: names[status] ?? 'api_error', message } }
}
