import type { IncomingMessage } from 'node:http'
import { type ModelRefusal, stopAsking } from './check-request.ts'
import type { AskedModel, Cloud, ShapedRequest } from './cloud/cloud.ts'
import type { ModelRoute } from './model-route.ts'
import type { InferencePath, JsonObject } from './provider.ts'
import { isObject } from './remote-content.ts'

export interface TakenRequest {
  readonly model: string
  /** What is sent on, and where below the operator's base URL. */
  readonly target: Omit<ShapedRequest, 'body'>
  readonly body: Buffer
  readonly removed: readonly string[]
  /** Tokens that its answer can have at most. */
  readonly mostOutput: number
}

/** Bytes that a session may still send to models. */
export interface UploadBudget {
  /** False when they are used up. */
  take(bytes: number): boolean
}

export function createUploadBudget(maxBytes: number): UploadBudget {
  let used = 0
  return {
    take(bytes) {
      used += bytes
      return used <= maxBytes
    },
  }
}

/**
 * Reads and judges a request's body. What goes on is written anew from what was judged: two readers of one text can
 * disagree (a key given twice), one text written from the judged value cannot.
 */
export async function takeRequest(
  request: IncomingMessage,
  route: ModelRoute,
  { inference, cloud }: { readonly inference: InferencePath; readonly cloud: Cloud | undefined },
  maxBytes: number,
  budget: UploadBudget,
): Promise<TakenRequest | { readonly refusal: ModelRefusal }> {
  const read = await readBody(request, maxBytes)
  if (read.kind === 'too-large') {
    return no(
      413,
      `it has more than ${maxBytes / 1024 / 1024} MiB`,
      'send less: a shorter conversation, no large files.',
    )
  }
  if (read.kind !== 'json') return no(400, 'its body is not a plain JSON object', 'send JSON, not compressed.')
  if (!budget.take(read.bytes)) return no(429, "this session's budget of bytes to models is spent", stopAsking)

  const inspected = route.provider.inspect(route.path, read.value)
  if (inspected.kind === 'refused') return no(403, inspected.why, inspected.instead)
  const { model: named } = inspected.body
  const model = inference.model ?? (typeof named === 'string' ? named : '')
  const shaped = shape({ ...route, headers: request.headers, model, body: inspected.body }, cloud)
  if ('refused' in shaped) return no(403, shaped.refused, 'ask another model, or go on without.')
  const { body: content, ...target } = shaped
  const body = serialise(content)
  if (body === null) return no(400, 'its body is nested too deeply', 'send flatter JSON.')
  const mostOutput = route.provider.mostOutput(route.path, inspected.body)
  return { model, target, body, removed: inspected.removed, mostOutput }
}

/** As the provider is asked, or as the cloud in its place is. */
function shape(
  { provider, ...asked }: AskedModel & Pick<ModelRoute, 'provider'>,
  cloud: Cloud | undefined,
): ReturnType<Cloud['shape']> {
  if (cloud !== undefined) return cloud.shape(asked)
  const { path, query, headers, body } = asked
  return { path, query: provider.query(query), headers: provider.headers(headers), body }
}

/** Unlike parsing, writing is recursive in V8. */
function serialise(value: JsonObject): Buffer | null {
  try {
    return Buffer.from(JSON.stringify(value))
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

function no(status: number, why: string, instead: string): { readonly refusal: ModelRefusal } {
  return { refusal: { status, why, instead } }
}

type Body =
  | { readonly kind: 'json'; readonly value: JsonObject; readonly bytes: number }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'encoded' }
  | { readonly kind: 'malformed' }

/** Reads a request whole, within a limit. What is too large is refused before it is read, if it says its length. */
async function readBody(request: IncomingMessage, maxBytes: number): Promise<Body> {
  if ((request.headers['content-encoding'] ?? 'identity') !== 'identity') return { kind: 'encoded' }
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return { kind: 'too-large' }
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += chunk.length
    if (bytes > maxBytes) return { kind: 'too-large' }
    chunks.push(chunk)
  }
  try {
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'))
    return isObject(value) ? { kind: 'json', value, bytes } : { kind: 'malformed' }
  } catch {
    return { kind: 'malformed' }
  }
}
