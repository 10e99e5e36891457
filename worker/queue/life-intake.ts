import { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import { type LifeEvent, lifeEventSchema } from '../contract/index.ts'
import { createAccept } from './accept-event.ts'
import { carry } from './carry.ts'
import type { Intake } from './enqueue.ts'
import { createLedger, type LedgerEntry } from './ledger.ts'
import { type ProcessDeps, processQueue, type QueueProcess } from './process-queue.ts'
import { productionTiming, queuePrefix } from './settings.ts'

export function createLifeIntake(redis: Redis): Intake<LifeEvent> {
  const queue = new Queue('life', { connection: redis, prefix: queuePrefix })
  queue.on('error', () => undefined)
  const ledger = createLedger(redis, 'life')
  // What fails here is in the outbox, and the sweep finds it.
  const handOver = (entry: LedgerEntry) => void carry(queue, ledger, [entry]).catch(() => undefined)
  return { accept: createAccept(redis, 'life', handOver), handOver, [Symbol.asyncDispose]: () => queue.close() }
}

/** Runs `handle` once for each that was accepted. */
export function processLife(deps: ProcessDeps<LifeEvent>, timing = productionTiming): QueueProcess {
  return processQueue('life', lifeEventSchema, deps, timing)
}
