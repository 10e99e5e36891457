import type { Queue } from 'bullmq'
import { answered } from './answered.ts'
import type { Ledger, LedgerEntry } from './ledger.ts'
import { ledgerSeconds } from './settings.ts'

/** How many finished jobs BullMQ keeps to look at; what was finished is known from the ledger. */
const kept = { age: ledgerSeconds, count: 2000 }

/**
 * Hands accepted entries to BullMQ and takes them out of the outbox. May be repeated: BullMQ knows the id of what it
 * still has, and the ledger what was finished. Attempts are counted by the worker alone.
 */
export async function carry(queue: Queue, ledger: Ledger, entries: readonly LedgerEntry[]): Promise<void> {
  if (entries.length === 0) return
  await answered(queue.addBulk(entries.map((entry) => toBulkJob(queue.name, entry))))
  await ledger.carried(entries.map(({ id }) => id))
}

function toBulkJob(name: string, { id, body }: LedgerEntry) {
  const attempts = Number.MAX_SAFE_INTEGER
  const backoff = { type: 'custom' }
  return { name, data: { body }, opts: { jobId: id, attempts, backoff, removeOnComplete: kept, removeOnFail: kept } }
}

/** Carries what an app that crashed, or lost Redis, left between the ledger and BullMQ. Returns how many. */
export async function sweep(queue: Queue, ledger: Ledger, ageMs: number): Promise<number> {
  const entries = await ledger.overdue(ageMs)
  await carry(queue, ledger, entries)
  return entries.length
}
