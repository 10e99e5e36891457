import { z } from 'zod'
import type { AgentEnd, AgentEvent } from '../pipeline/ports/index.ts'

const maxTextLength = 16_384
const maxDetailLength = 500
const maxNameLength = 100

/** A count of tokens that an agent claims. What is not a plain count is none. */
export const claimedTokensSchema = z.int().nonnegative().catch(0)

export function textEvents(kind: 'text' | 'result', text: string): AgentEvent[] {
  const trimmed = text.trim()
  return trimmed === '' ? [] : [{ kind, text: clip(trimmed, maxTextLength) }]
}

/** A part of a text keeps its blanks: they are between words. */
export function pieceEvents(text: string): AgentEvent[] {
  return text === '' ? [] : [{ kind: 'piece', text: clip(text, maxTextLength) }]
}

export function endEvent(how: AgentEnd): AgentEvent {
  return { kind: 'end', how }
}

export function errorEvent(message: string): AgentEvent {
  return { kind: 'error', message: clip(message, maxTextLength) }
}

export function toolEvent(name: string, input: unknown): AgentEvent {
  return { kind: 'tool', name: clip(name, maxNameLength), detail: toolDetail(input) }
}

export function toolResultEvent(ok: boolean, output: string): AgentEvent {
  return { kind: 'tool-result', ok, detail: oneLine(output, maxDetailLength) }
}

export function usageEvents(inputTokens: number, outputTokens: number): AgentEvent[] {
  return inputTokens + outputTokens === 0 ? [] : [{ kind: 'usage', inputTokens, outputTokens }]
}

const tellingFields = z.object({
  command: z.string().optional().catch(undefined),
  file_path: z.string().optional().catch(undefined),
  filePath: z.string().optional().catch(undefined),
  path: z.string().optional().catch(undefined),
  pattern: z.string().optional().catch(undefined),
  description: z.string().optional().catch(undefined),
})

/** The one field of a tool's input that tells a reader what it does. */
function toolDetail(input: unknown): string {
  const { data } = tellingFields.safeParse(input)
  const detail =
    data?.command ?? data?.file_path ?? data?.filePath ?? data?.path ?? data?.pattern ?? data?.description ?? ''
  return oneLine(detail, maxDetailLength)
}

function oneLine(text: string, length: number): string {
  return clip(text.slice(0, length * 2).replaceAll(/\s+/g, ' '), length)
}

function clip(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`
}
