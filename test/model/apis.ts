import {
  conversationFromMessages,
  countTokensRequestSchema,
  messageEvents,
  messageFromReply,
  messagesError,
  messagesRequestSchema,
} from './anthropic-wire.ts'
import { chatChunks, chatFromReply, chatRequestSchema, conversationFromChat } from './chat-wire.ts'
import type { Conversation, Reply } from './conversation.ts'
import {
  conversationFromGemini,
  geminiChunks,
  geminiError,
  geminiFromReply,
  geminiRequestSchema,
} from './gemini-wire.ts'
import { responseEvents, responseFromReply, responsesError } from './responses-reply.ts'
import { conversationFromResponses, responsesRequestSchema } from './responses-request.ts'

type Json = Record<string, unknown>

/** One request, understood. */
export interface Asked {
  readonly conversation: Conversation
  /** How the answer is said; null: it counts tokens and says nothing. */
  readonly reply: {
    readonly whole: (reply: Reply) => Json
    /** Frames of server-sent events; null where the client wants the whole at once. */
    readonly frames: ((reply: Reply) => Iterable<string>) | null
  } | null
}

export interface Api {
  readonly path: RegExp
  readonly error: (status: number, message: string) => Json
  /** Throws ZodError. `match` is the path's. */
  readonly read: (body: unknown, match: RegExpExecArray) => Asked
}

const messages: Api = {
  path: /^\/v1\/messages$/,
  error: messagesError,
  read(body) {
    const parsed = messagesRequestSchema.parse(body)
    const frames = parsed.stream === true ? (reply: Reply) => named(messageEvents(reply)) : null
    return { conversation: conversationFromMessages(parsed), reply: { whole: messageFromReply, frames } }
  },
}

const countTokens: Api = {
  path: /^\/v1\/messages\/count_tokens$/,
  error: messagesError,
  read: (body) => ({ conversation: conversationFromMessages(countTokensRequestSchema.parse(body)), reply: null }),
}

const responses: Api = {
  path: /^\/v1\/responses$/,
  error: responsesError,
  read(body) {
    const parsed = responsesRequestSchema.parse(body)
    const frames = parsed.stream === true ? (reply: Reply) => named(responseEvents(reply)) : null
    return { conversation: conversationFromResponses(parsed), reply: { whole: responseFromReply, frames } }
  },
}

const chat: Api = {
  path: /^\/v1\/chat\/completions$/,
  error: responsesError,
  read(body) {
    const parsed = chatRequestSchema.parse(body)
    const withUsage = parsed.stream_options?.include_usage === true
    const frames = parsed.stream === true ? (reply: Reply) => closed(chatChunks(reply, withUsage)) : null
    return { conversation: conversationFromChat(parsed), reply: { whole: chatFromReply, frames } }
  },
}

const gemini: Api = {
  path: /^\/v1beta\/models\/(?<model>[\w.-]+):(?<call>generateContent|streamGenerateContent)$/,
  error: geminiError,
  read(body, { groups }) {
    const conversation = conversationFromGemini(geminiRequestSchema.parse(body), groups?.model ?? '')
    const frames = groups?.call === 'streamGenerateContent' ? (reply: Reply) => bare(geminiChunks(reply)) : null
    return { conversation, reply: { whole: geminiFromReply, frames } }
  },
}

export const apis: readonly [Api, ...Api[]] = [messages, countTokens, responses, chat, gemini]

function* named(events: Iterable<Json & { type: string }>): Generator<string> {
  for (const event of events) yield `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`
}

function* bare(events: Iterable<Json>): Generator<string> {
  for (const event of events) yield `data: ${JSON.stringify(event)}\n\n`
}

function* closed(events: Iterable<Json>): Generator<string> {
  yield* bare(events)
  yield 'data: [DONE]\n\n'
}
