import type { IncomingMessage } from 'node:http'
import type { z } from 'zod'
import { BodyBlocks } from '../webhooks/body-blocks.ts'
import { type BodyLimits, readChunks } from '../webhooks/read-signed-body.ts'
import { WebhookRefusal } from '../webhooks/webhook-refusal.ts'
import { ApiRefusal } from './api-refusal.ts'

/** A task may have 65,536 characters; in JSON each of them may take six bytes. */
const mostBytes = 512 * 1024
const limits: Pick<BodyLimits, 'totalMs' | 'paceMs' | 'paceBytes'> = { totalMs: 10_000, paceMs: 2000, paceBytes: 1 }

/** A body of JSON, of this form. Throws ApiRefusal with the fields that are wrong. */
export async function readJson<T>(request: IncomingMessage, schema: z.ZodType<T>): Promise<T> {
  const { 'content-type': type = '', 'content-encoding': encoding, 'content-length': length } = request.headers
  // What a form of another site's page can send is never this type.
  if (type.split(';', 1)[0]?.trim().toLowerCase() !== 'application/json' || encoding !== undefined) {
    throw new ApiRefusal('wrong-type', 'The body has to be application/json, without a Content-Encoding.')
  }
  if (Number(length ?? 0) > mostBytes) throw tooLarge()
  const blocks = new BodyBlocks()
  try {
    await readChunks(request, limits, (chunk) => {
      if (blocks.length + chunk.length > mostBytes) throw tooLarge()
      blocks.append(chunk)
    })
  } catch (error) {
    if (error instanceof WebhookRefusal) {
      throw new ApiRefusal(error.status === 408 ? 'timeout' : 'bad-request', `${error.message}.`)
    }
    throw error
  }
  return parse(blocks.toBuffer(), schema)
}

function tooLarge(): ApiRefusal {
  return new ApiRefusal('too-large', `The body has more than ${mostBytes} bytes.`)
}

function parse<T>(body: Buffer, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(parseText(body))
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.slice(0, 5).map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`)
  throw new ApiRefusal('bad-request', problems.join('; '))
}

function parseText(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    throw new ApiRefusal('bad-request', 'The body is no JSON in UTF-8.')
  }
}
