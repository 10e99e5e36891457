import type { IncomingHttpHeaders } from 'node:http'
import { WebhookRefusal } from './webhook-refusal.ts'

export interface WebhookHeaders {
  readonly deliveryId: string
  readonly event: string
  /** In hex, without the algorithm's name. */
  readonly signature: string
}

const deliveryIdForm = /^[A-Za-z0-9-]{1,64}$/
const eventForm = /^[a-z][a-z0-9_]{0,63}$/
const algorithm = 'sha256='
const signatureForm = /^sha256=[0-9a-f]{64}$/

/** Refuses by the headers alone what can be refused before a byte of the body is read. Throws WebhookRefusal. */
export function readHeaders(headers: IncomingHttpHeaders, maxBytes: number): WebhookHeaders {
  const signature = headerOf(headers, 'x-hub-signature-256', signatureForm)
  if (signature === null) throw new WebhookRefusal(401, 'a SHA-256 signature is needed: X-Hub-Signature-256')
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase()
  if (type !== 'application/json' || headers['content-encoding'] !== undefined) {
    throw new WebhookRefusal(415, 'the webhook has to send application/json')
  }
  if (Number(headers['content-length'] ?? 0) > maxBytes) throw new WebhookRefusal(413, 'larger than GitHub sends')
  const event = headerOf(headers, 'x-github-event', eventForm)
  const deliveryId = headerOf(headers, 'x-github-delivery', deliveryIdForm)
  if (event === null || deliveryId === null) {
    throw new WebhookRefusal(400, 'X-GitHub-Event or X-GitHub-Delivery is wrong')
  }
  return { deliveryId, event, signature: signature.slice(algorithm.length) }
}

/** Null where it is missing, or not of this form: one that came twice has a comma and fits none. */
function headerOf(headers: IncomingHttpHeaders, name: string, form: RegExp): string | null {
  const value = headers[name]
  return typeof value === 'string' && form.test(value) ? value : null
}
