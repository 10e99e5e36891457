import { z } from 'zod'
import type { JsonObject, Provider } from './provider.ts'
import { dropKeys, findRemoteContent, keepTools, type Look } from './remote-content.ts'

const pathPattern = /^\/v1beta\/models\/(?<model>[A-Za-z0-9._-]{1,100}):(?:generateContent|streamGenerateContent)$/
/** The only kind of tool whose calls come back to the client; search, URL context and code run at the provider. */
const clientToolKeys = ['functionDeclarations', 'function_declarations']

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
    if (remote !== null) return { kind: 'refused', why: remote }
    const tools = keepTools(given, keepTool)
    // The path names the model: what was checked is what is asked.
    return { kind: 'clean', body: dropKeys(tools.body, ['model']).body, removed: tools.removed }
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
const partSchema = z.object({
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
