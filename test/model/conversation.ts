/**
 * What a scripted model sees and says, the same whatever the wire format: all formats are turned into this and
 * back, so that one script serves every agent CLI. Imports nothing of ours.
 */
export type Wire = 'anthropic' | 'openai' | 'chat' | 'gemini'

/** A tool that the agent's CLI offered. A `custom` tool takes one text instead of JSON. */
export interface OfferedTool {
  readonly name: string
  readonly kind: 'function' | 'custom'
  /** Names of its top-level parameters. */
  readonly parameters: readonly string[]
}

export type Entry =
  | { readonly kind: 'user' | 'assistant'; readonly text: string }
  | { readonly kind: 'call'; readonly id: string; readonly name: string; readonly input: unknown }
  | { readonly kind: 'result'; readonly id: string; readonly text: string }

export interface Conversation {
  readonly wire: Wire
  readonly model: string
  readonly system: string
  readonly tools: readonly OfferedTool[]
  readonly entries: readonly Entry[]
}

export interface ToolCall {
  readonly name: string
  /** An object for a function, a string for a custom tool. */
  readonly input: unknown
}

/** What the model does next: it says something, calls tools, or the service fails. */
export interface Step {
  readonly text?: string
  readonly calls?: readonly ToolCall[]
  /** Answered as the service would: an HTTP status with the wire's own error body. */
  readonly failure?: { readonly status: number; readonly message: string }
}

export type Script = (conversation: Conversation) => Step | Promise<Step>

/** A step with the ids and the count of tokens that the wire needs. */
export interface Reply {
  readonly id: string
  readonly model: string
  readonly text: string
  readonly calls: readonly (ToolCall & { readonly id: string; readonly custom: boolean })[]
  readonly inputTokens: number
  readonly outputTokens: number
}
