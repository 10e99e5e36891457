import { z } from 'zod'
import type { TokenCounts } from '../model-prices.ts'
import type { AnswerStop, Inspection, JsonObject, Provider } from './provider.ts'
import {
  dropKeys,
  findRemoteContent,
  findStored,
  isObject,
  keepTools,
  type Look,
  routerKeys,
  sendContent,
  sendConversation,
} from './remote-content.ts'

/** Tools whose calls come back to the client. Web search, file search, MCP, code interpreter run at the provider. */
const clientTools = new Set(['function', 'custom', 'local_shell', 'apply_patch', 'tool_search', 'computer_use_preview'])

/** Search at the provider, prompts kept longer, and faster service at a price that the table does not know. */
const droppedKeys = ['web_search_options', 'prompt_cache_retention', 'service_tier', ...routerKeys]
/** Answers, conversations and prompts of whoever has the same key. */
const storedKeys = ['previous_response_id', 'conversation', 'prompt']

export const openai: Provider = {
  name: 'openai',
  matchPath(path) {
    return path === '/v1/responses' || path === chatPath ? { model: null, free: false } : null
  },
  query: () => '',
  headers: () => ({}),
  authorise: (apiKey) => ({ authorization: `Bearer ${apiKey}` }),
  inspect(path, given) {
    const remote = findRemoteContent([given.input, given.messages], look)
    if (remote !== null) return { kind: 'refused', why: remote, instead: sendContent }
    const stored = findStored(given, storedKeys)
    if (stored !== null) return stored
    if (Array.isArray(given.input) && given.input.some(isReference)) {
      return { kind: 'refused', why: 'it names an item that is stored at the provider', instead: sendConversation }
    }
    if (given.background !== undefined && given.background !== null && given.background !== false) {
      return { kind: 'refused', why: 'it would be answered in the background', instead: 'send it without background.' }
    }
    const tools = keepTools(given, keepTool)
    const added = keepAddedTools(tools.body)
    const keys = dropKeys(added.body, droppedKeys)
    const kept = notStored(path, keys.body)
    const body = path === chatPath && given.stream === true ? withUsage(kept.body) : kept.body
    const removed = [...tools.removed, ...added.removed, ...keys.removed, ...kept.removed]
    return { kind: 'clean', body, removed } satisfies Inspection
  },
  readUsage(document) {
    const event = eventSchema.safeParse(document)
    if (!event.success) return null
    const usage = event.data.usage ?? event.data.response?.usage
    if (usage === undefined || usage === null) return null
    return 'prompt_tokens' in usage
      ? counts(usage.prompt_tokens, usage.prompt_tokens_details?.cached_tokens, usage.completion_tokens)
      : counts(usage.input_tokens, usage.input_tokens_details?.cached_tokens, usage.output_tokens)
  },
  readStop(document) {
    const answer = answerSchema.safeParse(document).data
    if (answer === undefined) return null
    if (answer.type === 'error' || isObject(answer.error)) return 'failed'
    return answer.choices === undefined ? stopOfResponse(answer.response ?? answer) : stopOfChat(answer.choices)
  },
  mostOutput(path, body) {
    if (path !== chatPath) return outputSchema.parse(body.max_output_tokens) ?? mostOutput
    const asked = [body.max_completion_tokens, body.max_tokens].flatMap((value) => outputSchema.parse(value) ?? [])
    const answers = outputSchema.parse(body.n) ?? 1
    return Math.max(1, answers) * (asked.length === 0 ? mostOutput : Math.max(...asked))
  },
}

/** Of any model, where a request does not say. */
const mostOutput = 128_000
const outputSchema = z.int().positive().optional().catch(undefined)

const chatPath = '/v1/chat/completions'

/** Responses are kept at the provider unless they are told not to be; chats only when they are told to be. */
function notStored(path: string, body: JsonObject): ReturnType<typeof dropKeys> {
  const { store, ...rest } = body
  const removed = store === undefined || store === null || store === false ? [] : ['store']
  return { body: path === chatPath ? rest : { ...body, store: false }, removed }
}

/** By its id alone: it has no content of its own. */
function isReference(item: unknown): boolean {
  return isObject(item) && (item.type === 'item_reference' || (!item.type && !item.role))
}

/** Codex brings tools within the conversation. */
function keepAddedTools(body: JsonObject): ReturnType<typeof keepTools> {
  if (!Array.isArray(body.input)) return { body, removed: [] }
  const items = body.input.map((item: unknown) =>
    isObject(item) ? keepTools(item, keepTool) : { body: item, removed: [] },
  )
  const removed = items.flatMap((item) => item.removed)
  return removed.length === 0
    ? { body, removed }
    : { body: { ...body, input: items.map((item) => item.body) }, removed }
}

/** A streamed chat tells its usage only when asked to. */
function withUsage(body: JsonObject): JsonObject {
  const options = isObject(body.stream_options) ? body.stream_options : {}
  return { ...body, stream_options: { ...options, include_usage: true } }
}

function keepTool(tool: JsonObject): JsonObject | null {
  if (typeof tool.type === 'string' && clientTools.has(tool.type)) return tool
  if (tool.type === 'shell' && isObject(tool.environment) && tool.environment.type === 'local') return tool
  if (tool.type !== 'namespace') return null
  // A namespace groups tools; what is in it is judged like the rest.
  const { body, removed } = keepTools(tool, keepTool)
  return removed.length === 0 ? tool : body
}

function look(object: JsonObject): Look {
  const image = isObject(object.image_url) ? object.image_url.url : object.image_url
  if (typeof image === 'string' && !/^data:/i.test(image)) {
    return { remote: 'the provider would fetch an image by its address', opaque: [] }
  }
  if (object.file_url !== undefined) return { remote: 'the provider would fetch a file by its address', opaque: [] }
  if (object.file_id !== undefined && object.file_id !== null) {
    return { remote: 'it reads a file that is stored at the provider', opaque: [] }
  }
  if (object.role === 'assistant' && isObject(object.audio)) {
    return { remote: 'it reads an answer that is stored at the provider', opaque: [] }
  }
  return { remote: null, opaque: [] }
}

/** Cached tokens are part of the input here. */
function counts(input: number, cached: number | undefined, output: number): Partial<TokenCounts> {
  const cacheRead = Math.min(input, cached ?? 0)
  return { input: input - cacheRead, cacheRead, output }
}

const tokens = z.int().nonnegative()
const cachedSchema = z.object({ cached_tokens: tokens.optional() }).nullish()
const usageSchema = z.union([
  z.object({ input_tokens: tokens, output_tokens: tokens, input_tokens_details: cachedSchema }),
  z.object({ prompt_tokens: tokens, completion_tokens: tokens, prompt_tokens_details: cachedSchema }),
])
/** Whole answers and chat chunks have `usage`; response.completed and its like have it within `response`. */
const eventSchema = z.object({
  usage: usageSchema.nullish(),
  response: z.object({ usage: usageSchema.nullish() }).nullish(),
})

const reasonSchema = z.string().nullish().catch(null)
const refusalSchema = z.object({ refusal: reasonSchema }).nullish().catch(null)
const choiceSchema = z.object({ finish_reason: reasonSchema, message: refusalSchema, delta: refusalSchema })
const responseSchema = z.object({
  status: reasonSchema,
  incomplete_details: z.object({ reason: reasonSchema }).nullish().catch(null),
  output: z
    .array(
      z.object({
        content: z
          .array(z.object({ type: z.string() }))
          .nullish()
          .catch(null),
      }),
    )
    .nullish()
    .catch(null),
})
const answerSchema = responseSchema.extend({
  type: reasonSchema,
  error: z.unknown().optional(),
  choices: z.array(choiceSchema).optional().catch(undefined),
  response: responseSchema.optional().catch(undefined),
})

function stopOfChat(choices: readonly z.infer<typeof choiceSchema>[]): AnswerStop | null {
  if (choices.some(({ message, delta }) => (message?.refusal ?? delta?.refusal ?? '') !== '')) return 'refusal'
  const reasons = choices.flatMap(({ finish_reason: reason }) => reason ?? [])
  if (reasons.includes('content_filter')) return 'refusal'
  if (reasons.includes('length')) return 'limit'
  return reasons.length === 0 ? null : 'done'
}

function stopOfResponse(response: z.infer<typeof responseSchema>): AnswerStop | null {
  const { status, incomplete_details: details, output } = response
  if (status === 'failed' || status === 'cancelled') return 'failed'
  if (status === 'incomplete') return details?.reason === 'content_filter' ? 'refusal' : 'limit'
  if (status !== 'completed') return null
  return output?.some(({ content }) => content?.some(({ type }) => type === 'refusal')) ? 'refusal' : 'done'
}
