import { Redis, type RedisOptions } from 'ioredis'
import type { BaseLogger } from 'pino'
import { QueueUnavailableError } from '../contract/index.ts'
import { evaluateRedis } from './evaluate-redis.ts'
import { QueueError } from './queue-error.ts'

export interface ConnectDeps {
  /** `redis://…`, `rediss://…`, or the absolute path of a unix socket. */
  readonly url: string
  readonly log: Pick<BaseLogger, 'warn'>
}

/**
 * For commands that somebody waits for: away means an error within two seconds, never a queue in memory. A trigger
 * that waits in memory is not written down.
 */
const promptly: RedisOptions = {
  lazyConnect: true,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  connectTimeout: 2000,
  commandTimeout: 2000,
  retryStrategy: (times) => Math.min(times * 100, 1000),
}

/** Connects, and refuses a Redis that could lose what it was given. Throws QueueUnavailableError or QueueError. */
export async function connectRedis({ url, log }: ConnectDeps): Promise<Redis> {
  const redis = new Redis(url, promptly)
  redis.on('error', (error) => log.warn({ err: error }, 'redis connection'))
  try {
    await redis.connect()
    const problems = evaluateRedis(await redis.info())
    if (problems.length > 0) throw new QueueError('misconfigured', problems)
    return redis
  } catch (error) {
    redis.disconnect()
    if (error instanceof QueueError) throw error
    throw new QueueUnavailableError('Redis cannot be reached', { cause: error })
  }
}

/** For BullMQ's workers, which wait for a Redis that is away. A socket that has died in silence is given up. */
export function workerConnection(redis: Redis): Redis {
  return redis.duplicate({
    lazyConnect: false,
    enableOfflineQueue: true,
    maxRetriesPerRequest: null,
    commandTimeout: undefined,
    socketTimeout: 30_000,
  })
}
