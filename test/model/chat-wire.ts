import { z } from 'zod'
import type { Conversation, Entry, Reply } from './conversation.ts'
import { inPieces } from './in-pieces.ts'
import { jsonOrText } from './json-or-text.ts'

const contentSchema = z
  .union([z.string(), z.array(z.object({ type: z.string(), text: z.string().optional() }))])
  .nullish()
  .transform((content) =>
    Array.isArray(content) ? content.flatMap((part) => part.text ?? []).join('\n') : (content ?? ''),
  )
const messageSchema = z.discriminatedUnion('role', [
  z.object({ role: z.enum(['system', 'developer', 'user']), content: contentSchema }),
  z.object({ role: z.literal('tool'), tool_call_id: z.string(), content: contentSchema }),
  z.object({
    role: z.literal('assistant'),
    content: contentSchema,
    tool_calls: z
      .array(z.object({ id: z.string(), function: z.object({ name: z.string(), arguments: z.string() }) }))
      .nullish(),
  }),
])
/** The Chat Completions API's request, as far as a model looks at it. Throws ZodError. */
export const chatRequestSchema = z.object({
  model: z.string().min(1),
  messages: z.array(messageSchema).min(1),
  tools: z
    .array(
      z.object({
        type: z.literal('function'),
        function: z.object({
          name: z.string(),
          parameters: z.object({ properties: z.record(z.string(), z.unknown()).optional() }).nullish(),
        }),
      }),
    )
    .optional(),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().optional() }).nullish(),
})
type ChatRequest = z.infer<typeof chatRequestSchema>

export function conversationFromChat(request: ChatRequest): Conversation {
  const system = request.messages.flatMap((message) =>
    message.role === 'system' || message.role === 'developer' ? [message.content] : [],
  )
  return {
    wire: 'chat',
    model: request.model,
    system: system.join('\n'),
    tools: (request.tools ?? []).map(({ function: { name, parameters } }) => ({
      name,
      kind: 'function',
      parameters: Object.keys(parameters?.properties ?? {}),
    })),
    entries: request.messages.flatMap(entriesFrom),
  }
}

function entriesFrom(message: z.infer<typeof messageSchema>): Entry[] {
  switch (message.role) {
    case 'user':
      return [{ kind: 'user', text: message.content }]
    case 'tool':
      return [{ kind: 'result', id: message.tool_call_id, text: message.content }]
    case 'assistant':
      return [
        ...(message.content === '' ? [] : [{ kind: 'assistant' as const, text: message.content }]),
        ...(message.tool_calls ?? []).map(({ id, function: { name, arguments: input } }) => {
          return { kind: 'call' as const, id, name, input: jsonOrText(input) }
        }),
      ]
    default:
      return []
  }
}

/** The whole answer at once. */
export function chatFromReply(reply: Reply): Record<string, unknown> {
  const calls = reply.calls.map(({ id, name, input }) => {
    return { id: `call_${id}`, type: 'function', function: { name, arguments: JSON.stringify(input) } }
  })
  const message = {
    role: 'assistant',
    content: reply.text === '' ? null : reply.text,
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  }
  const choices = [{ index: 0, message, logprobs: null, finish_reason: finishReasonOf(reply) }]
  return { ...head(reply, 'chat.completion'), choices, usage: usageOf(reply) }
}

/** The answer as the chunks of a stream. Usage is told only to who asked for it, as the service does. */
export function* chatChunks(reply: Reply, withUsage: boolean): Generator<Record<string, unknown>> {
  const chunk = (delta: Record<string, unknown>, finish: string | null = null) => ({
    ...head(reply, 'chat.completion.chunk'),
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
  })
  yield chunk({ role: 'assistant', content: '' })
  for (const content of inPieces(reply.text)) yield chunk({ content })
  for (const [index, { id, name, input }] of reply.calls.entries()) {
    const call = { index, id: `call_${id}`, type: 'function', function: { name, arguments: '' } }
    yield chunk({ tool_calls: [call] })
    for (const piece of inPieces(JSON.stringify(input))) {
      yield chunk({ tool_calls: [{ index, function: { arguments: piece } }] })
    }
  }
  yield chunk({}, finishReasonOf(reply))
  if (withUsage) yield { ...head(reply, 'chat.completion.chunk'), choices: [], usage: usageOf(reply) }
}

function head(reply: Reply, object: string): Record<string, unknown> {
  return { id: `chatcmpl-${reply.id}`, object, created: 1_700_000_000, model: reply.model }
}

function finishReasonOf(reply: Reply): 'tool_calls' | 'stop' {
  return reply.calls.length > 0 ? 'tool_calls' : 'stop'
}

function usageOf(reply: Reply): Record<string, unknown> {
  return {
    prompt_tokens: reply.inputTokens,
    prompt_tokens_details: { cached_tokens: 0 },
    completion_tokens: reply.outputTokens,
    total_tokens: reply.inputTokens + reply.outputTokens,
  }
}
