import { z } from 'zod'

/** What the load generator is asked to send: `count` deliveries, each a new event, numbered from `from`. */
export const loadSchema = z.object({
  url: z.string(),
  from: z.int(),
  count: z.int(),
  /** So many per second whatever comes back; or the next one as soon as one of so many is answered. */
  pace: z.union([z.strictObject({ perSecond: z.number() }), z.strictObject({ concurrency: z.int() })]),
})
export type Load = z.infer<typeof loadSchema>

export const loadResultSchema = z.object({
  /** Milliseconds from when a delivery was due to its answer. */
  latencies: z.array(z.number()),
  elapsedMs: z.number(),
  /** How often each status came. */
  statuses: z.record(z.string(), z.number()),
})
export type LoadResult = z.infer<typeof loadResultSchema>
