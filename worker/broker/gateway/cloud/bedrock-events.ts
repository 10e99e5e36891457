import { Transform } from 'node:stream'
import { z } from 'zod'
import { type AwsFrame, createAwsFrameReader } from './aws-frames.ts'

/** What Bedrock calls its failures, in Anthropic's words: by these a client decides whether to ask again. */
const errorTypes: Readonly<Record<string, string>> = {
  throttlingException: 'rate_limit_error',
  serviceUnavailableException: 'overloaded_error',
  modelTimeoutException: 'timeout_error',
  validationException: 'invalid_request_error',
}

const chunkSchema = z.object({ bytes: z.base64() })
const eventSchema = z.looseObject({ type: z.string().regex(/^[a-z_]{1,64}$/) })
const failureSchema = z.object({ message: z.string() })

/**
 * Turns Bedrock's stream into the one that Anthropic would have sent, event by event as they come. A stream that cannot
 * be read breaks off: half an answer must not look whole.
 */
export function createBedrockEvents(): Transform {
  const reader = createAwsFrameReader()
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      try {
        done(null, reader.push(chunk).map(toEvent).join(''))
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)))
      }
    },
    flush(done) {
      done(reader.isOpen ? new Error('the stream ended within a message') : null)
    },
  })
}

function toEvent({ headers, payload }: AwsFrame): string {
  const kind = headers.get(':message-type')
  if (kind !== 'event') return toFailure(headers, payload)
  if (headers.get(':event-type') !== 'chunk') return ''
  const { bytes } = chunkSchema.parse(JSON.parse(payload.toString('utf8')))
  const event = eventSchema.parse(JSON.parse(Buffer.from(bytes, 'base64').toString('utf8')))
  return written(event.type, event)
}

function toFailure(headers: AwsFrame['headers'], payload: Buffer): string {
  const name = headers.get(':exception-type') ?? headers.get(':error-code') ?? ''
  const said = failureSchema.safeParse(jsonOrNull(payload)).data?.message ?? headers.get(':error-message')
  const message = `Bedrock: ${said ?? (name || 'it failed, and did not say how')}`
  return written('error', { type: 'error', error: { type: errorTypes[name] ?? 'api_error', message } })
}

function written(type: string, event: object): string {
  return `event: ${type}\ndata: ${JSON.stringify(event)}\n\n`
}

function jsonOrNull(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString('utf8'))
  } catch {
    return null
  }
}
