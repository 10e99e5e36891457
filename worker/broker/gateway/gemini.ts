import { z } from 'zod'
import type { AnswerStop, JsonObject, Provider } from './provider.ts'
import {
  dropKeys,
  findRemoteContent,
  findStored,
  isObject,
  keepTools,
  type Look,
  sendContent,
} from './remote-content.ts'

const pathPattern = /^\/v1beta\/models\/(?<model>[A-Za-z0-9._-]{1,100}):(?:generateContent|streamGenerateContent)$/
/** The only kind of tool whose calls come back to the client; search, URL context and code run at the provider. */
const clientToolKeys = ['functionDeclarations', 'function_declarations']
/** Whatever is cached by one job under the key could be read by another. */
const storedKeys = ['cachedContent', 'cached_content']
/** What would be kept at the provider, and faster service at a price that the table does not know. */
const droppedKeys = ['store', 'serviceTier', 'service_tier']

export const gemini: Provider = {
  name: 'gemini',
  matchPath(path) {
    const model = pathPattern.exec(path)?.groups?.model
    return model === undefined ? null : { model, free: false }
  },
  query: (given) => (given.get('alt') === 'sse' ? '?alt=sse' : ''),
  headers: () => ({}),
  authorise: (apiKey) => ({ 'x-goog-api-key': apiKey }),
  inspect(_path, given) {
    const remote = findRemoteContent([given.contents, given.systemInstruction, given.system_instruction], look)
    if (remote !== null) return { kind: 'refused', why: remote, instead: sendContent }
    const stored = findStored(given, storedKeys)
    if (stored !== null) return stored
    const tools = keepTools(given, keepTool)
    const keys = dropKeys(tools.body, droppedKeys)
    // The path names the model: what was checked is what is asked.
    return { kind: 'clean', body: dropKeys(keys.body, ['model']).body, removed: [...tools.removed, ...keys.removed] }
  },
  readUsage(document) {
    const answer = answerSchema.safeParse(document)
    if (!answer.success) return null
    // Without `alt=sse` a stream is one array of answers; each tells the sum so far.
    const usage = [answer.data].flat().findLast((part) => part.usageMetadata !== undefined)?.usageMetadata
    if (usage === undefined) return null
    const cacheRead = Math.min(usage.promptTokenCount, usage.cachedContentTokenCount)
    return {
      input: usage.promptTokenCount - cacheRead + usage.toolUsePromptTokenCount,
      cacheRead,
      output: usage.candidatesTokenCount + usage.thoughtsTokenCount,
    }
  },
  readStop(document) {
    const parts = [answerSchema.safeParse(document).data ?? []].flat()
    return parts.map(stopOf).findLast((stop) => stop !== null) ?? null
  },
  mostOutput(_path, body) {
    const { generationConfig, generation_config } = body
    const configs = [generationConfig, generation_config].filter(isObject)
    const largest = (...keys: readonly string[]) =>
      Math.max(...configs.flatMap((config) => keys.flatMap((key) => outputSchema.parse(config[key]) ?? [])))
    const asked = largest('maxOutputTokens', 'max_output_tokens')
    const answers = largest('candidateCount', 'candidate_count')
    return Math.max(1, answers) * (asked < 0 ? mostOutput : asked)
  },
}

/** Of any model, where a request does not say. */
const mostOutput = 65_536
const outputSchema = z.int().positive().optional().catch(undefined)

const stops: Readonly<Record<string, AnswerStop>> = {
  MAX_TOKENS: 'limit',
  ...Object.fromEntries(
    ['SAFETY', 'RECITATION', 'LANGUAGE', 'BLOCKLIST', 'PROHIBITED_CONTENT', 'SPII', 'IMAGE_SAFETY', 'MODEL_ARMOR'].map(
      (reason) => [reason, 'refusal'],
    ),
  ),
}

function stopOf({ candidates, promptFeedback, error }: z.infer<typeof partSchema>): AnswerStop | null {
  if (isObject(error)) return 'failed'
  if ((promptFeedback?.blockReason ?? '') !== '') return 'refusal'
  const reason = candidates?.find(({ finishReason }) => (finishReason ?? '') !== '')?.finishReason ?? null
  return reason === null ? null : (stops[reason] ?? 'done')
}

function keepTool(tool: JsonObject): JsonObject | null {
  const keys = Object.keys(tool)
  const kept = keys.filter((key) => clientToolKeys.includes(key))
  if (kept.length === keys.length) return tool
  return kept.length === 0 ? null : Object.fromEntries(kept.map((key) => [key, tool[key]]))
}

function look(object: JsonObject): Look {
  const remote = 'fileData' in object || 'file_data' in object
  return {
    remote: remote ? 'the provider would fetch a file by its address' : null,
    // Of a functionCall and of a functionResponse.
    opaque: ['args', 'response'],
  }
}

const tokens = z.int().nonnegative().default(0)
const reasonSchema = z.string().nullish().catch(null)
const partSchema = z.object({
  candidates: z
    .array(z.object({ finishReason: reasonSchema }))
    .nullish()
    .catch(null),
  promptFeedback: z.object({ blockReason: reasonSchema }).nullish().catch(null),
  error: z.unknown().optional(),
  usageMetadata: z
    .object({
      promptTokenCount: tokens,
      cachedContentTokenCount: tokens,
      toolUsePromptTokenCount: tokens,
      candidatesTokenCount: tokens,
      thoughtsTokenCount: tokens,
    })
    .optional(),
})
const answerSchema = z.union([partSchema, z.array(partSchema)])
