import { hash } from 'node:crypto'
import { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import { type LifeEvent, lifeEventSchema } from '../contract/index.ts'
import { carry } from './carry.ts'
import { createLedger } from './ledger.ts'
import { type ProcessDeps, processQueue, type QueueProcess } from './process-queue.ts'
import { productionTiming, queuePrefix } from './settings.ts'

export interface LifeIntake extends AsyncDisposable {
  /** Resolves when the event is written down. Throws QueueUnavailableError: nothing was, ask for it again. */
  accept(event: LifeEvent): Promise<'accepted' | 'duplicate'>
}

/**
 * Each delivery is one: GitHub signs nothing in these by which two could be told apart, and what follows is what GitHub
 * says when it is asked, whoever had us ask.
 */
export function createLifeIntake(redis: Redis): LifeIntake {
  const queue = new Queue('life', { connection: redis, prefix: queuePrefix })
  queue.on('error', () => undefined)
  const ledger = createLedger(redis, 'life')
  return {
    async accept(event) {
      const entry = { id: hash('sha256', event.deliveryId), body: JSON.stringify(event) }
      if (!(await ledger.accept(entry, event.deliveryId))) return 'duplicate'
      // What fails here is in the outbox, and the sweep finds it.
      await carry(queue, ledger, [entry]).catch(() => undefined)
      return 'accepted'
    },
    [Symbol.asyncDispose]: () => queue.close(),
  }
}

/** Runs `handle` once for each that was accepted. */
export function processLife(deps: ProcessDeps<LifeEvent>, timing = productionTiming): QueueProcess {
  return processQueue('life', lifeEventSchema, deps, timing)
}
