import type { Redis } from 'ioredis'
import type { IntakeEvent } from '../../worker/contract/index.ts'
import { createAccept } from '../../worker/queue/accept-event.ts'
import { carry } from '../../worker/queue/carry.ts'
import { createLedger, type LedgerEntry } from '../../worker/queue/ledger.ts'
import { openQueue } from '../../worker/queue/open-queue.ts'

/** Accepts events in their order, and has the queue hand out the last one first. */
export async function handOutReversed(redis: Redis, events: readonly IntakeEvent[]): Promise<void> {
  const entries: LedgerEntry[] = []
  const accept = createAccept(redis, 'intake', (entry) => void entries.push(entry))
  for (const event of events) await accept(event)
  const queue = openQueue(redis, 'intake')
  await carry(queue, createLedger(redis, 'intake'), entries.toReversed())
  await queue.close()
}
