import { z } from 'zod'
import type { Conversation, Entry, Reply } from './conversation.ts'
import { inPieces } from './in-pieces.ts'

const partSchema = z.object({
  text: z.string().optional(),
  functionCall: z.object({ id: z.string().optional(), name: z.string(), args: z.unknown().optional() }).optional(),
  functionResponse: z.object({ id: z.string().optional(), name: z.string(), response: z.unknown() }).optional(),
})
const contentSchema = z.object({ role: z.enum(['user', 'model']).optional(), parts: z.array(partSchema) })
const declarationSchema = z.object({
  name: z.string(),
  parameters: z.object({ properties: z.record(z.string(), z.unknown()).optional() }).optional(),
  parametersJsonSchema: z.object({ properties: z.record(z.string(), z.unknown()).optional() }).optional(),
})
/** generateContent's request, as far as a model looks at it. Throws ZodError. */
export const geminiRequestSchema = z.object({
  contents: z.array(contentSchema).min(1),
  systemInstruction: contentSchema.optional(),
  tools: z.array(z.object({ functionDeclarations: z.array(declarationSchema).optional() })).optional(),
})
type GeminiRequest = z.infer<typeof geminiRequestSchema>

export function conversationFromGemini(request: GeminiRequest, model: string): Conversation {
  return {
    wire: 'gemini',
    model,
    system: (request.systemInstruction?.parts ?? []).flatMap((part) => part.text ?? []).join('\n'),
    tools: (request.tools ?? []).flatMap(({ functionDeclarations = [] }) =>
      functionDeclarations.map(({ name, parameters, parametersJsonSchema }) => ({
        name,
        kind: 'function',
        parameters: Object.keys((parameters ?? parametersJsonSchema)?.properties ?? {}),
      })),
    ),
    entries: entriesOf(request.contents),
  }
}

/** Calls and answers may come without an id: then the n-th answer of a tool belongs to its n-th call. */
function entriesOf(contents: GeminiRequest['contents']): Entry[] {
  const counts = new Map<string, number>()
  const idFor = (kind: string, name: string) => {
    const count = (counts.get(`${kind} ${name}`) ?? 0) + 1
    counts.set(`${kind} ${name}`, count)
    return `${name} ${count}`
  }
  return contents.flatMap(({ role, parts }) =>
    parts.flatMap(({ text, functionCall: call, functionResponse: answer }): Entry[] => {
      if (call !== undefined) {
        return [{ kind: 'call', id: call.id ?? idFor('call', call.name), name: call.name, input: call.args }]
      }
      if (answer !== undefined) {
        return [{ kind: 'result', id: answer.id ?? idFor('answer', answer.name), text: textOf(answer.response) }]
      }
      return text === undefined ? [] : [{ kind: role === 'model' ? 'assistant' : 'user', text }]
    }),
  )
}

/** A tool's answer is an object; its text is in `output` by custom. */
function textOf(response: unknown): string {
  const { data } = z.object({ output: z.string() }).safeParse(response)
  return data?.output ?? JSON.stringify(response)
}

/** The whole answer at once. */
export function geminiFromReply(reply: Reply): Record<string, unknown> {
  const parts = [...(reply.text === '' ? [] : [{ text: reply.text }]), ...callParts(reply)]
  return { ...candidate(parts, 'STOP'), ...tail(reply) }
}

/** The answer as the chunks of a stream: text in pieces, calls whole, as the service sends them. */
export function* geminiChunks(reply: Reply): Generator<Record<string, unknown>> {
  const { modelVersion, responseId } = tail(reply)
  for (const text of inPieces(reply.text)) yield { ...candidate([{ text }]), modelVersion, responseId }
  yield { ...candidate(callParts(reply).length === 0 ? [{ text: '' }] : callParts(reply), 'STOP'), ...tail(reply) }
}

function callParts(reply: Reply): Record<string, unknown>[] {
  return reply.calls.map(({ id, name, input }) => ({ functionCall: { id: `call_${id}`, name, args: input } }))
}

function candidate(parts: readonly unknown[], finishReason?: string): Record<string, unknown> {
  const finish = finishReason === undefined ? {} : { finishReason }
  return { candidates: [{ index: 0, content: { role: 'model', parts }, ...finish }] }
}

function tail(reply: Reply) {
  return {
    usageMetadata: {
      promptTokenCount: reply.inputTokens,
      candidatesTokenCount: reply.outputTokens,
      totalTokenCount: reply.inputTokens + reply.outputTokens,
    },
    modelVersion: reply.model,
    responseId: reply.id,
  }
}

/** The error body of Google's APIs. */
export function geminiError(status: number, message: string): Record<string, unknown> {
  const names: Record<number, string> = {
    400: 'INVALID_ARGUMENT',
    401: 'UNAUTHENTICATED',
    404: 'NOT_FOUND',
    429: 'RESOURCE_EXHAUSTED',
    503: 'UNAVAILABLE',
  }
  return { error: { code: status, message, status: names[status] ?? 'INTERNAL' } }
}
