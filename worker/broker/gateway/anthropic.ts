import { z } from 'zod'
import type { AnswerStop, Inspection, JsonObject, Provider } from './provider.ts'
import {
  dropKeys,
  findRemoteContent,
  isObject,
  keepTools,
  type Look,
  routerKeys,
  sendContent,
} from './remote-content.ts'

/** Tools whose calls come back to the client. The others run at the provider, with its network. */
const clientTool = /^(?:custom|(?:bash|text_editor|computer|memory)_\d+|tool_search_tool_(?:bm25|regex)(?:_\d+)?)$/
/** Servers and containers at the provider, and faster or nearer service at a price that the table does not know. */
const droppedKeys = ['mcp_servers', 'container', 'speed', 'service_tier', 'inference_geo', ...routerKeys]
/** Betas that open stores, servers, other people's accounts, or the network. */
const wideBeta =
  /^(?:files-api|mcp-client|code-execution|web-fetch|web-search|skills|oauth|message-batches|managed-agents)/

export const anthropic: Provider = {
  name: 'anthropic',
  matchPath(path) {
    if (path === '/v1/messages') return { model: null, free: false }
    if (path === '/v1/messages/count_tokens') return { model: null, free: true }
    return null
  },
  query: (given) => (given.get('beta') === 'true' ? '?beta=true' : ''),
  headers(given) {
    const version = given['anthropic-version']
    const betas = [given['anthropic-beta'] ?? []].flat().join(',').split(',')
    const kept = betas.map((beta) => beta.trim()).filter((beta) => beta !== '' && !wideBeta.test(beta))
    return {
      'anthropic-version': typeof version === 'string' ? version : '2023-06-01',
      ...(kept.length === 0 ? {} : { 'anthropic-beta': kept.join(',') }),
    }
  },
  authorise: (apiKey) => ({ 'x-api-key': apiKey }),
  inspect,
  readUsage(document) {
    const event = eventSchema.safeParse(document)
    if (!event.success) return null
    const usage = event.data.usage ?? event.data.message?.usage
    if (usage === undefined || usage === null) return null
    const long = usage.cache_creation?.ephemeral_1h_input_tokens ?? 0
    const written = usage.cache_creation_input_tokens
    return {
      ...(usage.input_tokens === undefined ? {} : { input: usage.input_tokens }),
      ...(usage.output_tokens === undefined ? {} : { output: usage.output_tokens }),
      ...(usage.cache_read_input_tokens === undefined ? {} : { cacheRead: usage.cache_read_input_tokens }),
      ...(written === undefined ? {} : { cacheWrite: Math.max(0, written - long), cacheWriteLong: long }),
    }
  },
  readStop(document) {
    const event = stopSchema.safeParse(document).data
    if (event?.type === 'error') return 'failed'
    const reason = event?.stop_reason ?? event?.delta?.stop_reason ?? null
    return reason === null ? null : (stops[reason] ?? 'done')
  },
  mostOutput: (_path, body) => outputSchema.parse(body.max_tokens) ?? mostOutput,
}

/** Of any model, where a request does not say: the API does not take one that does not. */
const mostOutput = 128_000
const outputSchema = z.int().positive().optional().catch(undefined)
const stops: Readonly<Record<string, AnswerStop>> = {
  refusal: 'refusal',
  max_tokens: 'limit',
  model_context_window_exceeded: 'limit',
}
const reasonSchema = z.string().nullish().catch(null)
/** A whole answer says it itself, message_delta within `delta`. */
const stopSchema = z.object({
  type: z.string().optional().catch(undefined),
  stop_reason: reasonSchema,
  delta: z.object({ stop_reason: reasonSchema }).optional().catch(undefined),
})

function inspect(_path: string, given: JsonObject): Inspection {
  const remote = findRemoteContent([given.messages, given.system], look)
  if (remote !== null) return { kind: 'refused', why: remote, instead: sendContent }
  const tools = keepTools(given, (tool) => {
    return tool.type === undefined || (typeof tool.type === 'string' && clientTool.test(tool.type)) ? tool : null
  })
  const keys = dropKeys(tools.body, droppedKeys)
  return { kind: 'clean', body: keys.body, removed: [...tools.removed, ...keys.removed] }
}

function look(object: JsonObject): Look {
  const { type, source } = object
  const opaque = typeof type === 'string' && type.endsWith('tool_use') ? ['input'] : []
  if (type === 'container_upload') return { remote: 'it reads a file that is stored at the provider', opaque }
  if (!isObject(source)) return { remote: null, opaque }
  if (source.type === 'url') return { remote: 'the provider would fetch an image or document by its address', opaque }
  if (source.type === 'file') return { remote: 'it reads a file that is stored at the provider', opaque }
  return { remote: null, opaque }
}

const tokens = z
  .int()
  .nonnegative()
  .nullish()
  .transform((value) => value ?? undefined)
const usageSchema = z.object({
  input_tokens: tokens,
  output_tokens: tokens,
  cache_read_input_tokens: tokens,
  cache_creation_input_tokens: tokens,
  cache_creation: z.object({ ephemeral_1h_input_tokens: tokens }).nullish(),
})
/** A whole answer and message_delta have `usage`; message_start has it within `message`. */
const eventSchema = z.object({
  usage: usageSchema.nullish(),
  message: z.object({ usage: usageSchema.nullish() }).nullish(),
})
