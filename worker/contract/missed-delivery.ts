import { z } from 'zod'

const time = z.iso.datetime()

/** A webhook that GitHub sent and nobody took. */
export const missedDeliverySchema = z.strictObject({
  /** GitHub's own number of the latest attempt. */
  id: z.int().positive(),
  /** The same for every attempt. */
  guid: z.string().min(1).max(100),
  /** Of the first attempt. */
  deliveredAt: time,
  /** How often we have asked for it. */
  asked: z.int().nonnegative(),
  /** Not asked for again before. */
  notBefore: time,
})
export type MissedDelivery = z.infer<typeof missedDeliverySchema>

/** More are forgotten, the oldest first. */
export const mostMissedDeliveries = 10_000

/** What the last look at GitHub's list of deliveries left. */
export const deliveryStateSchema = z.strictObject({
  /** Up to when it was looked at. */
  lookedAt: time,
  /** Nobody looked for longer than GitHub keeps them: labels that were set since then are still to be looked for. */
  labelsSince: time.optional(),
  missed: z.array(missedDeliverySchema).max(mostMissedDeliveries),
})
export type DeliveryState = z.infer<typeof deliveryStateSchema>
