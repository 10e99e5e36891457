import { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import type { BaseLogger } from 'pino'
import { type RoundOf, sweep } from './carry.ts'
import { createLedger } from './ledger.ts'
import { type QueueName, queuePrefix } from './settings.ts'

export interface SweeperDeps {
  readonly redis: Redis
  readonly queue: QueueName
  readonly everyMs: number
  readonly roundOf?: RoundOf | undefined
  readonly log: Pick<BaseLogger, 'info' | 'warn'>
}

/** Looks again and again for what was accepted and never reached BullMQ. */
export function startSweeper({ redis, queue: name, everyMs, roundOf, log }: SweeperDeps): AsyncDisposable {
  const queue = new Queue(name, { connection: redis, prefix: queuePrefix })
  queue.on('error', (error) => log.warn({ err: error }, 'sweeper'))
  const ledger = createLedger(redis, name)
  let sweeping = Promise.resolve()

  async function sweepOnce(): Promise<void> {
    try {
      const count = await sweep(queue, ledger, everyMs, roundOf)
      if (count > 0) log.info({ queue: name, count }, 'carried what was left in the outbox')
    } catch (error) {
      log.warn({ err: error }, 'sweep failed')
    }
  }

  const timer = setInterval(() => {
    sweeping = sweeping.then(sweepOnce)
  }, everyMs)
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await sweeping
      await queue.close()
    },
  }
}
