import type { IncomingMessage } from 'node:http'

/** GitHub takes blobs of up to 100 MB, in base64. */
const MOST_BYTES = 140 * 1024 * 1024

export interface SentBody {
  /** Parsed where it is JSON, else as text; undefined where nothing was sent. */
  readonly body: unknown
  readonly malformed: boolean
}

export async function readBody(request: IncomingMessage): Promise<SentBody> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    length += chunk.length
    if (length > MOST_BYTES) throw new Error('the body is larger than GitHub takes')
    chunks.push(chunk)
  }
  const text = Buffer.concat(chunks).toString('utf8')
  if (text === '') return { body: undefined, malformed: false }
  try {
    return { body: JSON.parse(text), malformed: false }
  } catch {
    return { body: text, malformed: true }
  }
}
