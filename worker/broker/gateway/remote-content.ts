import type { Inspection, JsonObject } from './provider.ts'

type Refused = Extract<Inspection, { kind: 'refused' }>

/** What one object of a conversation says. `opaque`: keys below which there is data of the agent's own, not content. */
export interface Look {
  readonly remote: string | null
  readonly opaque: readonly string[]
}

/**
 * Searches a conversation for content that the provider would fetch by address or read from its own store: either
 * would carry data past the sandbox. Without recursion, since depth is the sender's choice.
 */
export function findRemoteContent(root: unknown, look: (object: JsonObject) => Look): string | null {
  const open: unknown[] = [root]
  while (open.length > 0) {
    const value = open.pop()
    if (Array.isArray(value)) {
      for (const item of value) open.push(item)
    } else if (isObject(value)) {
      const { remote, opaque } = look(value)
      if (remote !== null) return remote
      for (const [key, item] of Object.entries(value)) if (!opaque.includes(key)) open.push(item)
    }
  }
  return null
}

export const sendContent = 'send the content itself, as text or base64.'

/** Leaves out tools that the provider itself would run. */
export function keepTools(
  body: JsonObject,
  keep: (tool: JsonObject) => JsonObject | null,
): { readonly body: JsonObject; readonly removed: readonly string[] } {
  if (!Array.isArray(body.tools)) return { body, removed: [] }
  const kept: JsonObject[] = []
  const removed: string[] = []
  for (const tool of body.tools) {
    const left = isObject(tool) ? keep(tool) : null
    if (left !== null) kept.push(left)
    if (left !== tool) removed.push(nameOf(tool))
  }
  if (removed.length === 0) return { body, removed }
  const { tools: _tools, tool_choice, ...rest } = body
  // A choice among no tools is an error to every provider.
  if (kept.length === 0) return { body: rest, removed }
  return { body: { ...rest, tools: kept, ...(tool_choice === undefined ? {} : { tool_choice }) }, removed }
}

/**
 * What a router in a provider's place (OpenRouter, LiteLLM) takes from a request: other models than the one that was
 * checked, searches, and other servers and keys to send it to.
 */
export const routerKeys = [
  ...['models', 'route', 'fallbacks', 'context_window_fallbacks', 'content_policy_fallbacks', 'plugins'],
  ...['api_base', 'base_url', 'api_key', 'user_config'],
] as const

/** The first of these keys that a request gives a value. */
export function findStored(body: JsonObject, keys: readonly string[]): Refused | null {
  const key = keys.find((name) => body[name] !== undefined && body[name] !== null)
  if (key === undefined) return null
  // The operator's key is one for many jobs, and so is what is stored under it.
  return { kind: 'refused', why: `with ${key} it reads what is stored at the provider`, instead: sendConversation }
}

export const sendConversation = 'send the whole conversation with each request.'

/** Leaves out keys that switch on something on the provider's side. */
export function dropKeys(
  body: JsonObject,
  keys: readonly string[],
): { readonly body: JsonObject; readonly removed: readonly string[] } {
  const removed = keys.filter((key) => key in body)
  if (removed.length === 0) return { body, removed }
  return { body: Object.fromEntries(Object.entries(body).filter(([key]) => !removed.includes(key))), removed }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function nameOf(tool: unknown): string {
  if (!isObject(tool)) return 'a tool that is no object'
  return `the tool ${typeof tool.type === 'string' ? tool.type : Object.keys(tool).join(', ')}`.slice(0, 100)
}
