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
export async function carry(
  queue: Queue,
  ledger: Ledger,
  entries: readonly LedgerEntry[],
  roundOf: RoundOf = inOrder,
): Promise<void> {
  if (entries.length === 0) return
  const rounds: number[] = []
  // One after the other: rounds are given in the order in which entries were accepted.
  for (const entry of entries) rounds.push(await roundOf(entry))
  await answered(queue.addBulk(entries.map((entry, index) => toBulkJob(queue.name, entry, rounds[index]))))
  await ledger.carried(entries.map(({ id }) => id))
}

/** When it is taken: lower numbers first, and equal ones in their order. */
export type RoundOf = (entry: LedgerEntry) => Promise<number>

const inOrder: RoundOf = async () => 0

function toBulkJob(name: string, { id, body }: LedgerEntry, priority = 0) {
  const attempts = Number.MAX_SAFE_INTEGER
  const backoff = { type: 'custom' }
  const opts = { jobId: id, priority, attempts, backoff, removeOnComplete: kept, removeOnFail: kept }
  return { name, data: { body }, opts }
}

/** Carries what an app that crashed, or lost Redis, left between the ledger and BullMQ. Returns how many. */
export async function sweep(queue: Queue, ledger: Ledger, ageMs: number, roundOf?: RoundOf): Promise<number> {
  const entries = await ledger.overdue(ageMs)
  await carry(queue, ledger, entries, roundOf)
  return entries.length
}
