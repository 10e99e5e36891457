import type { Logger } from 'pino'
import { connectRedis } from '../../worker/queue/connect-redis.ts'
import { QueueError } from '../../worker/queue/queue-error.ts'
import { SettingsError } from '../settings/parse-settings.ts'

export type ConnectedRedis = Awaited<ReturnType<typeof connectRedis>>

/** Connects, uses and disconnects. A Redis that must not be used is the operator's to mend: SettingsError. */
export async function withRedis<T>(url: string, log: Logger, use: (redis: ConnectedRedis) => Promise<T>): Promise<T> {
  const redis = await connectRedis({ url, log }).catch((error: unknown) => {
    if (error instanceof QueueError) throw new SettingsError(error.problems.map((problem) => `REDIS_URL: ${problem}`))
    throw error
  })
  try {
    return await use(redis)
  } finally {
    redis.disconnect()
  }
}
