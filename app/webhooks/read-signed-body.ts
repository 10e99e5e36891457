import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { BodyBlocks } from './body-blocks.ts'
import { WebhookRefusal } from './webhook-refusal.ts'

export interface BodyLimits {
  /** Bytes of one body. GitHub sends no more than 25 MB. */
  readonly bytes: number
  /** Bytes of all bodies that are being read. */
  readonly bytesInFlight: number
  /** Milliseconds for a whole body, a multiple of `paceMs`: then it is looked at. GitHub gives up after ten seconds. */
  readonly totalMs: number
  /** At least `paceBytes` have to arrive in every `paceMs`. */
  readonly paceMs: number
  readonly paceBytes: number
}

export const defaultBodyLimits: BodyLimits = {
  bytes: 25 * 1024 * 1024,
  bytesInFlight: 128 * 1024 * 1024,
  totalMs: 10_000,
  paceMs: 2000,
  paceBytes: 1024,
}

/** What all requests of one guard hold in memory together. */
export interface InFlight {
  bytes: number
}

/**
 * Reads a body and proves who sent it, over the raw bytes and while they arrive: one that is not proven is never
 * joined, decoded, parsed or logged. `signature` is in hex. Throws WebhookRefusal and then leaves the rest of the body
 * unread.
 */
export async function readSignedBody(
  request: IncomingMessage,
  { secret, signature }: { readonly secret: KeyObject; readonly signature: string },
  limits: BodyLimits,
  inFlight: InFlight,
): Promise<Buffer> {
  const hmac = createHmac('sha256', secret)
  const blocks = new BodyBlocks()
  try {
    await readChunks(request, limits, (chunk) => {
      if (blocks.length + chunk.length > limits.bytes) throw new WebhookRefusal(413, 'larger than GitHub sends')
      if (inFlight.bytes + chunk.length > limits.bytesInFlight) throw new WebhookRefusal(503, 'too many at once')
      inFlight.bytes += chunk.length
      blocks.append(chunk)
      hmac.update(chunk)
    })
  } finally {
    inFlight.bytes -= blocks.length
  }
  const expected = hmac.digest()
  const given = Buffer.from(signature, 'hex')
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw new WebhookRefusal(401, 'the signature does not fit the body')
  }
  return blocks.toBuffer()
}

/** Listens by hand: `for await` would destroy the socket on the way out, and with it the answer. */
export function readChunks(
  request: IncomingMessage,
  limits: Pick<BodyLimits, 'totalMs' | 'paceMs' | 'paceBytes'>,
  take: (chunk: Buffer) => void,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let arrived = 0
  let looks = 0
  const tooSlow = () => reject(new WebhookRefusal(408, 'the body came too slowly'))
  const cutShort = () => reject(new WebhookRefusal(400, 'the body ended early'))
  // One timer for both limits: nearly every body is whole before the first look.
  const pace = setInterval(() => {
    looks += 1
    if (arrived < limits.paceBytes || looks * limits.paceMs >= limits.totalMs) tooSlow()
    arrived = 0
  }, limits.paceMs)
  const onData = (chunk: Buffer) => {
    arrived += chunk.length
    try {
      take(chunk)
    } catch (error) {
      reject(error)
    }
  }
  // A body that is whole is closed too, before anybody waiting for the promise can stop listening.
  const whole = () => {
    request.off('close', cutShort)
    resolve()
  }
  request.on('data', onData).once('end', whole).once('error', cutShort).once('close', cutShort)
  return promise.finally(() => {
    clearInterval(pace)
    request.off('data', onData).off('end', whole).off('close', cutShort)
  })
}
