import { once } from 'node:events'
import { type Agent, type IncomingMessage, request } from 'node:http'
import type { createDeliveryRequest } from '../../test/github/webhooks/delivery-request.ts'

type DeliveryRequest = ReturnType<typeof createDeliveryRequest>

/** Posts a delivery as GitHub does, reads the answer whole, and returns its status. */
export async function sendDelivery(url: string, agent: Agent, { headers, body }: DeliveryRequest): Promise<number> {
  const length = { 'content-length': String(Buffer.byteLength(body)) }
  const asking = request(url, { agent, method: 'POST', headers: { ...headers, ...length } }).end(body)
  const [response]: IncomingMessage[] = await once(asking, 'response')
  response?.resume()
  if (response !== undefined) await once(response, 'end')
  return response?.statusCode ?? 0
}
