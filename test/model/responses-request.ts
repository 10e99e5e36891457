import { z } from 'zod'
import type { Conversation, Entry, OfferedTool } from './conversation.ts'
import { jsonOrText } from './json-or-text.ts'

const contentSchema = z
  .union([z.string(), z.array(z.object({ type: z.string(), text: z.string().optional() }))])
  .transform((content) => (typeof content === 'string' ? content : content.map((part) => part.text ?? '').join('\n')))
type Tool = {
  type: string
  name?: string | undefined
  parameters?: { properties?: object | undefined } | null | undefined
  tools?: Tool[] | undefined
}
const toolSchema: z.ZodType<Tool> = z.object({
  type: z.string(),
  name: z.string().optional(),
  parameters: z.object({ properties: z.record(z.string(), z.unknown()).optional() }).nullish(),
  /** Of a namespace. */
  tools: z.lazy(() => z.array(toolSchema)).optional(),
})
const itemSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('additional_tools'), tools: z.array(toolSchema) }),
  z.object({ type: z.literal('function_call'), call_id: z.string(), name: z.string(), arguments: z.string() }),
  z.object({ type: z.literal('custom_tool_call'), call_id: z.string(), name: z.string(), input: z.string() }),
  z.object({ type: z.literal('function_call_output'), call_id: z.string(), output: contentSchema }),
  z.object({ type: z.literal('custom_tool_call_output'), call_id: z.string(), output: contentSchema }),
  z.object({
    type: z.literal('message'),
    role: z.enum(['user', 'assistant', 'system', 'developer']),
    content: contentSchema,
  }),
  z.object({ type: z.enum(['reasoning', 'item_reference']) }),
])
/** A message may come without its type. */
const inputItemSchema = z.preprocess(
  (item) => (typeof item === 'object' && item !== null && 'role' in item ? { type: 'message', ...item } : item),
  itemSchema,
)
/** The Responses API's request, as far as a model looks at it. Throws ZodError. */
export const responsesRequestSchema = z.object({
  model: z.string().min(1),
  input: z.union([z.string(), z.array(inputItemSchema)]),
  instructions: z.string().nullish(),
  tools: z.array(toolSchema).optional(),
  stream: z.boolean().optional(),
})
type ResponsesRequest = z.infer<typeof responsesRequestSchema>
type Item = z.infer<typeof itemSchema>

export function conversationFromResponses(request: ResponsesRequest): Conversation {
  const items: Item[] =
    typeof request.input === 'string' ? [{ type: 'message', role: 'user', content: request.input }] : request.input
  return {
    wire: 'openai',
    model: request.model,
    system: [request.instructions ?? '', ...items.flatMap(systemText)].join('\n').trim(),
    tools: [...(request.tools ?? []), ...items.flatMap(addedTools)].flatMap(offeredTools),
    entries: items.flatMap(entriesFromItem),
  }
}

function systemText(item: Item): string[] {
  return item.type === 'message' && (item.role === 'system' || item.role === 'developer') ? [item.content] : []
}

function addedTools(item: Item): Tool[] {
  return item.type === 'additional_tools' ? item.tools : []
}

function offeredTools({ type, name, parameters, tools }: Tool): OfferedTool[] {
  if (type === 'namespace') return (tools ?? []).flatMap(offeredTools)
  if (name === undefined || (type !== 'function' && type !== 'custom')) return []
  return [{ name, kind: type, parameters: Object.keys(parameters?.properties ?? {}) }]
}

function entriesFromItem(item: Item): Entry[] {
  switch (item.type) {
    case 'function_call':
      return [{ kind: 'call', id: item.call_id, name: item.name, input: jsonOrText(item.arguments) }]
    case 'custom_tool_call':
      return [{ kind: 'call', id: item.call_id, name: item.name, input: item.input }]
    case 'function_call_output':
    case 'custom_tool_call_output':
      return [{ kind: 'result', id: item.call_id, text: item.output }]
    case 'message':
      return item.role === 'user' || item.role === 'assistant' ? [{ kind: item.role, text: item.content }] : []
    default:
      return []
  }
}
