import { StringDecoder } from 'node:string_decoder'
import { createParser } from 'eventsource-parser'
import { createTextDigest, type TextDigest } from '../../contract/index.ts'
import type { TokenCounts } from '../model-prices.ts'
import type { AnswerStop, Provider } from './provider.ts'

export interface AnswerReader {
  push(chunk: Buffer): void
  /** What the answer said of its tokens so far; a stream may say it in several places, the last word counts. */
  counts(): Partial<TokenCounts>
  /** How the model ended it, so far; null: it has not. */
  stop(): AnswerStop | null
  /** The answer as it came, bounded. */
  text(): string
  /** Of all of it. Nothing can be pushed afterwards. */
  digest(): TextDigest
  bytes(): number
}

/** The last event of a stream repeats the whole answer; a document larger than this is not read for usage. */
const maxDocument = 8 * 1024 * 1024

/** Reads along with an answer, whole or streamed, for its usage and for the record. */
export function createAnswerReader(provider: Provider, contentType: string, maxText: number): AnswerReader {
  const streamed = /^text\/event-stream/i.test(contentType)
  const decoder = new StringDecoder('utf8')
  let counts: Partial<TokenCounts> = {}
  let stop: AnswerStop | null = null
  let overflown = false
  let document = ''
  let text = ''
  let bytes = 0
  const digester = createTextDigest()
  const read = (json: string) => {
    const part = parseJson(json)
    counts = { ...counts, ...provider.readUsage(part) }
    // A refusal may be told before the end, which is then an ordinary one.
    if (stop !== 'refusal') stop = provider.readStop(part) ?? stop
  }
  const readDocument = () => {
    if (!streamed) read(document)
  }
  const parser = createParser({
    maxBufferSize: maxDocument,
    onEvent: ({ data }) => read(data),
    onError: ({ type }) => {
      overflown ||= type === 'max-buffer-size-exceeded'
    },
  })
  return {
    push(chunk) {
      bytes += chunk.length
      digester.add(chunk)
      const piece = decoder.write(chunk)
      if (text.length < maxText) text = (text + piece).slice(0, maxText)
      if (streamed && !overflown) parser.feed(piece)
      if (!streamed && document.length < maxDocument) document += piece
    },
    counts() {
      readDocument()
      return counts
    },
    stop() {
      readDocument()
      return stop
    },
    text: () => text,
    digest: () => digester.done(),
    bytes: () => bytes,
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Keeps the beginning and the end of a text: a prompt's newest part is its last. */
export function boundText(text: Buffer, maxBytes: number): string {
  if (text.length <= maxBytes) return text.toString('utf8')
  const half = Math.floor(maxBytes / 2)
  const left = text.length - 2 * half
  return `${text.subarray(0, half).toString('utf8')}\n[${left} bytes left out]\n${text.subarray(-half).toString('utf8')}`
}
