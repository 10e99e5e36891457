import { z } from 'zod'
import type { AgentEnd, AgentEvent } from '../pipeline/ports/index.ts'
import {
  claimedTokensSchema,
  endEvent,
  errorEvent,
  textEvents,
  toolEvent,
  toolResultEvent,
  usageEvents,
} from './agent-events.ts'
import { readJsonLine } from './read-json-line.ts'

const resultContentSchema = z
  .union([z.string(), z.array(z.object({ text: z.string().optional() }))])
  .transform((content) =>
    typeof content === 'string' ? content : content.flatMap((part) => part.text ?? []).join('\n'),
  )
const blockSchema = z.object({
  type: z.string(),
  text: z.string().optional(),
  name: z.string().optional(),
  input: z.unknown().optional(),
  is_error: z.boolean().optional().catch(undefined),
  content: resultContentSchema.optional().catch(undefined),
})
const lineSchema = z.discriminatedUnion('type', [
  z.object({ type: z.enum(['assistant', 'user']), message: z.object({ content: z.array(blockSchema) }) }),
  z.object({
    type: z.literal('result'),
    is_error: z.boolean(),
    result: z.string().optional(),
    error: z.object({ message: z.string() }).optional().catch(undefined),
    subtype: z.string(),
    stop_reason: z.string().nullish().catch(undefined),
    usage: z
      .object({
        input_tokens: claimedTokensSchema,
        cache_creation_input_tokens: claimedTokensSchema,
        cache_read_input_tokens: claimedTokensSchema,
        output_tokens: claimedTokensSchema,
      })
      .optional(),
  }),
])
type Block = z.infer<typeof blockSchema>
type Result = Extract<z.infer<typeof lineSchema>, { type: 'result' }>

const maxBlocks = 64

/** The event stream of Claude Code, which Qwen Code speaks too. */
export function parseStreamJson(line: string): AgentEvent[] {
  const parsed = readJsonLine(line, lineSchema)
  if (parsed === null) return []
  if (parsed.type === 'result') return resultEvents(parsed)
  return parsed.message.content.slice(0, maxBlocks).flatMap((block) => blockEvents(parsed.type, block))
}

function blockEvents(from: 'assistant' | 'user', block: Block): AgentEvent[] {
  if (block.type === 'tool_result') return [toolResultEvent(block.is_error !== true, block.content ?? '')]
  // What the user is said to have said is the task, or what the program tells its model.
  if (from === 'user') return []
  if (block.type === 'text') return textEvents('text', block.text ?? '')
  return block.type === 'tool_use' ? [toolEvent(block.name ?? '', block.input)] : []
}

function resultEvents(line: Result): AgentEvent[] {
  const { is_error: failed, result, error, subtype, usage } = line
  const input = usage && usage.input_tokens + usage.cache_creation_input_tokens + usage.cache_read_input_tokens
  return [
    ...usageEvents(input ?? 0, usage?.output_tokens ?? 0),
    ...(failed ? [errorEvent(result ?? error?.message ?? subtype)] : textEvents('result', result ?? '')),
    endEvent(endOf(line)),
  ]
}

function endOf({ is_error: failed, subtype, stop_reason }: Result): AgentEnd {
  if (stop_reason === 'refusal') return 'refusal'
  if (subtype.startsWith('error_max_') || stop_reason === 'max_tokens') return 'limit'
  return failed ? 'error' : 'done'
}
