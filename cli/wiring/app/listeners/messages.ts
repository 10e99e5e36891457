import { z } from 'zod'
import { logLevels } from '../../../settings/log-levels.ts'

/** What the second listener is started with. */
export const listenerDataSchema = z.object({
  redisUrl: z.string(),
  webhookSecret: z.string(),
  logLevel: z.enum(logLevels).optional(),
  host: z.string(),
  port: z.int(),
  /** Who listens there answers what is no webhook. */
  restSocket: z.string(),
  burst: z.instanceof(SharedArrayBuffer),
})
export type ListenerData = z.infer<typeof listenerDataSchema>

const queue = z.enum(['intake', 'pulls', 'life'])
const entry = z.object({ id: z.string(), body: z.string() })

const acceptedSchema = z.object({ queue, entry })
/** An entry that it wrote down. */
export type Accepted = z.infer<typeof acceptedSchema>

/** What it says: that it listens, and what it wrote down in one turn. */
export const saidSchema = z.union([
  z.object({ kind: z.literal('listening') }),
  z.object({ kind: z.literal('accepted'), entries: z.array(acceptedSchema) }),
])
export type Said = z.infer<typeof saidSchema>

/** What it is told, once: to end, within so many milliseconds. */
export const endSchema = z.object({ graceMs: z.number() })
