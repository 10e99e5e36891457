import { deliveryBody, fullDeliveryBody } from '../bodies/delivery-body.ts'
import { notFound } from '../http/refusal.ts'
import { ok } from '../http/reply.ts'
import { appRoute, type Call, param, type Reply, type Route } from '../http/route.ts'
import type { Delivery } from '../webhooks/deliveries.ts'

/** The App's own record of its webhooks, by which it finds what it missed. */
export const hookDeliveryRoutes: readonly Route[] = [
  appRoute('GET', '/app/hook/deliveries', list),
  appRoute('GET', '/app/hook/deliveries/{delivery_id}', (call) => ok(fullDeliveryBody(deliveryOf(call)))),
  appRoute('POST', '/app/hook/deliveries/{delivery_id}/attempts', (call) => {
    const delivery = deliveryOf(call)
    // GitHub answers before it delivers.
    void call.world.deliveries.redeliver(delivery.id)
    return { status: 202, body: {} }
  }),
]

/** Newest first. Its pages follow a cursor and have no numbers. */
function list(call: Call): Reply {
  const size = Math.min(Number(call.query.get('per_page') ?? 30), 100)
  const before = Number(call.query.get('cursor') ?? Number.MAX_SAFE_INTEGER)
  const wanted = call.query.get('status')
  const found = call.world.deliveries.list
    .filter(
      ({ id, statusCode }) => id < before && (wanted === null || (wanted === 'success') === isSuccess(statusCode)),
    )
    .toReversed()
  const shown = found.slice(0, size)
  const query = new URLSearchParams(call.query)
  query.set('cursor', String(shown.at(-1)?.id))
  const link = `<${call.world.api}${call.path}?${query}>; rel="next"`
  return { ...ok(shown.map(deliveryBody)), ...(found.length > size ? { headers: { link } } : {}) }
}

function isSuccess(statusCode: number): boolean {
  return statusCode >= 200 && statusCode < 400
}

function deliveryOf(call: Call): Delivery {
  const id = Number(param(call, 'delivery_id'))
  const delivery = call.world.deliveries.list.find((known) => known.id === id)
  if (!delivery) throw notFound()
  return delivery
}
