import { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import { type QueueName, queuePrefix } from './settings.ts'

export function openQueue(redis: Redis, name: QueueName): Queue {
  const queue = new Queue(name, { connection: redis, prefix: queuePrefix })
  // The connection's own errors are logged where it was made; without a listener they would end the process.
  queue.on('error', () => undefined)
  return queue
}
