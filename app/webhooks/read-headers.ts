import type { IncomingHttpHeaders } from 'node:http'
import { z } from 'zod'
import { WebhookRefusal } from './webhook-refusal.ts'

export interface WebhookHeaders {
  readonly deliveryId: string
  readonly event: string
  readonly signature: string
}

const deliveryIdSchema = z.string().regex(/^[A-Za-z0-9-]{1,64}$/)
const eventSchema = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/)
const signatureSchema = z.string().regex(/^sha256=[0-9a-f]{64}$/)

/** Refuses by the headers alone what can be refused before a byte of the body is read. Throws WebhookRefusal. */
export function readHeaders(headers: IncomingHttpHeaders, maxBytes: number): WebhookHeaders {
  const signature = signatureSchema.safeParse(headers['x-hub-signature-256'])
  if (!signature.success) throw new WebhookRefusal(401, 'a SHA-256 signature is needed: X-Hub-Signature-256')
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase()
  if (type !== 'application/json' || headers['content-encoding'] !== undefined) {
    throw new WebhookRefusal(415, 'the webhook has to send application/json')
  }
  if (Number(headers['content-length'] ?? 0) > maxBytes) throw new WebhookRefusal(413, 'larger than GitHub sends')
  const event = eventSchema.safeParse(headers['x-github-event'])
  const deliveryId = deliveryIdSchema.safeParse(headers['x-github-delivery'])
  if (!event.success || !deliveryId.success)
    throw new WebhookRefusal(400, 'X-GitHub-Event or X-GitHub-Delivery is wrong')
  return { deliveryId: deliveryId.data, event: event.data, signature: signature.data }
}
