import { createHmac } from 'node:crypto'

export interface DeliverySource {
  readonly appId: number
  readonly secret: string
  readonly event: string
  /** The same for a redelivery. */
  readonly guid: string
  readonly payload: unknown
}

/** What GitHub would post: the body, and headers signed over exactly these bytes. */
export function createDeliveryRequest(source: DeliverySource): { headers: Record<string, string>; body: string } {
  const body = JSON.stringify(source.payload)
  const sign = (algorithm: string) => createHmac(algorithm, source.secret).update(body).digest('hex')
  const headers = {
    accept: '*/*',
    'content-type': 'application/json',
    'user-agent': 'GitHub-Hookshot/0000000',
    'x-github-delivery': source.guid,
    'x-github-event': source.event,
    'x-github-hook-id': String(source.appId + 1),
    'x-github-hook-installation-target-id': String(source.appId),
    'x-github-hook-installation-target-type': 'integration',
    'x-hub-signature': `sha1=${sign('sha1')}`,
    'x-hub-signature-256': `sha256=${sign('sha256')}`,
  }
  return { headers, body }
}
