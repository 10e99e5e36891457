/**
 * The only way in for webhooks: a request handler of node:http that lets nothing pass but what GitHub signed. Imports
 * the contract; decides nothing about what an event means.
 *
 * It is ours and stands where Probot's would, because Probot reads a body of any size before it looks at the signature
 * and puts it into the log when it is wrong. Order matters here: headers, size and pace, signature, and only then JSON.
 */
import { createSecretKey } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { BaseLogger } from 'pino'
import { checkWebhookSecret, WebhookSecretError } from './check-webhook-secret.ts'
import { discardRest } from './discard-rest.ts'
import { eventFitsPayload } from './event-fits-payload.ts'
import type { Delivery } from './read-common.ts'
import { readHeaders } from './read-headers.ts'
import { type BodyLimits, defaultBodyLimits, readSignedBody } from './read-signed-body.ts'
import { WebhookRefusal } from './webhook-refusal.ts'

export interface WebhookAnswer {
  readonly status: number
  /** One line, ours. */
  readonly message: string
  readonly retryAfterSeconds?: number
}

export interface WebhookGuardDeps {
  readonly secret: string
  /** Gets what is proven to be GitHub's. Whatever it throws is answered with 500. */
  readonly onDelivery: (delivery: Delivery) => WebhookAnswer | Promise<WebhookAnswer>
  readonly log: Pick<BaseLogger, 'info' | 'error'>
  readonly now: () => Date
  readonly limits?: Partial<BodyLimits>
}

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** Throws WebhookSecretError where the secret proves nothing. */
export function createWebhookGuard(deps: WebhookGuardDeps): RequestHandler {
  const problem = checkWebhookSecret(deps.secret)
  if (problem !== null) throw new WebhookSecretError(`the webhook secret cannot be used: ${problem}`)
  const secret = createSecretKey(deps.secret, 'utf8')
  const limits = { ...defaultBodyLimits, ...deps.limits }
  const inFlight = { bytes: 0 }

  async function takeDelivery(request: IncomingMessage): Promise<WebhookAnswer> {
    if (request.method !== 'POST') throw new WebhookRefusal(405, 'webhooks are posted')
    const { deliveryId, event, signature } = readHeaders(request.headers, limits.bytes)
    const body = await readSignedBody(request, { secret, signature }, limits, inFlight)
    const payload = parsePayload(body)
    if (!eventFitsPayload(event, payload)) throw new WebhookRefusal(400, 'X-GitHub-Event does not fit the body')
    return deps.onDelivery({ deliveryId, event, payload, receivedAt: deps.now().toISOString() })
  }

  return async (request, response) => {
    try {
      writeAnswer(request, response, await takeDelivery(request))
    } catch (error) {
      writeAnswer(request, response, answerForError(error, deps.log))
    }
  }
}

function parsePayload(body: Buffer): Delivery['payload'] {
  try {
    const payload: unknown = JSON.parse(body.toString('utf8'))
    if (isObject(payload)) return payload
  } catch (error) {
    throw new WebhookRefusal(400, 'the body is no JSON', { cause: error })
  }
  throw new WebhookRefusal(400, 'the body is no JSON object')
}

function isObject(value: unknown): value is Delivery['payload'] {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function answerForError(error: unknown, log: WebhookGuardDeps['log']): WebhookAnswer {
  if (!(error instanceof WebhookRefusal)) {
    log.error({ err: error }, 'a verified delivery could not be handled')
    return { status: 500, message: 'could not be handled' }
  }
  log.info({ status: error.status, reason: error.message }, 'webhook refused')
  return { status: error.status, message: error.message, ...(error.status === 503 ? { retryAfterSeconds: 5 } : {}) }
}

function writeAnswer(request: IncomingMessage, response: ServerResponse, answer: WebhookAnswer): void {
  const { status, message, retryAfterSeconds } = answer
  const body = `${message}\n`
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    // Without it the body would go out in chunks, in several writes.
    'content-length': Buffer.byteLength(body),
    'x-content-type-options': 'nosniff',
    ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
    ...(status === 405 ? { allow: 'POST' } : {}),
  })
  response.end(body)
  discardRest(request)
}
