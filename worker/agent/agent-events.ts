import { z } from 'zod'
import type { AgentEvent } from '../pipeline/ports/index.ts'

const maxTextLength = 16_384
const maxDetailLength = 500
const maxNameLength = 100

/** A count of tokens that an agent claims. What is not a plain count is none. */
export const claimedTokensSchema = z.int().nonnegative().catch(0)

export function textEvents(kind: 'text' | 'result', text: string): AgentEvent[] {
  const trimmed = text.trim()
  return trimmed === '' ? [] : [{ kind, text: clip(trimmed, maxTextLength) }]
}

export function errorEvent(message: string): AgentEvent {
  return { kind: 'error', message: clip(message, maxTextLength) }
}

export function toolEvent(name: string, input: unknown): AgentEvent {
  return { kind: 'tool', name: clip(name, maxNameLength), detail: clip(toolDetail(input), maxDetailLength) }
}

export function usageEvents(inputTokens: number, outputTokens: number): AgentEvent[] {
  return inputTokens + outputTokens === 0 ? [] : [{ kind: 'usage', inputTokens, outputTokens }]
}

const tellingFields = z.object({
  command: z.string().optional().catch(undefined),
  file_path: z.string().optional().catch(undefined),
  path: z.string().optional().catch(undefined),
  pattern: z.string().optional().catch(undefined),
  description: z.string().optional().catch(undefined),
})

/** The one field of a tool's input that tells a reader what it does. */
function toolDetail(input: unknown): string {
  const { data } = tellingFields.safeParse(input)
  const detail = data?.command ?? data?.file_path ?? data?.path ?? data?.pattern ?? data?.description ?? ''
  return detail.slice(0, maxDetailLength * 2).replaceAll(/\s+/g, ' ')
}

function clip(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`
}
