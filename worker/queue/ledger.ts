/**
 * What was accepted, by its own identity, and how far it has come: one hash per entry in Redis, kept for longer than a
 * delivery can come again. BullMQ only carries; it forgets a job's id as soon as the job is removed, runs a job twice
 * when a lock is lost, and knows nothing of what was finished. The ledger decides all three.
 */
import type { Redis } from 'ioredis'
import { z } from 'zod'
import { FenceLostError } from '../pipeline/ports/index.ts'
import { answered } from './answered.ts'
import { groupWrites } from './group-writes.ts'
import { acceptScript, overdueScript, takeScript, writeScript } from './ledger-scripts.ts'
import { ledgerSeconds, type QueueName } from './settings.ts'

export interface LedgerEntry {
  readonly id: string
  readonly body: string
}

interface Offer extends LedgerEntry {
  readonly deliveryId: string | null
  readonly line: string | null
}

export type Taken = { readonly kind: 'taken'; readonly token: number } | { readonly kind: 'finished' | 'lock-lost' }

/** A field of an entry that only the newest attempt may write. */
export type LedgerField = 'state' | 'checkpoint' | 'grave' | 'progress' | 'result'

/** Every method throws QueueUnavailableError when Redis did not answer. */
export interface Ledger {
  /**
   * Writes the entry and its place in the outbox at once, and where there is one, in the line of what is done one after
   * the other. False: the delivery or the entry was known.
   */
  accept(entry: LedgerEntry, deliveryId: string | null, line?: string | null): Promise<boolean>
  /** Entries that nobody carried to BullMQ and that are at least `ageMs` old. */
  overdue(ageMs: number): Promise<LedgerEntry[]>
  carried(ids: readonly string[]): Promise<void>
  /** Starts an attempt: `lockKey` must still hold `lockToken`, or a worker that slept would fence off its successor. */
  take(id: string, lockKey: string, lockToken: string): Promise<Taken>
  /** Throws FenceLostError when a newer attempt holds the entry. */
  check(id: string, token: number): Promise<void>
  /** Throws FenceLostError, and writes nothing, when a newer attempt holds the entry. */
  write(id: string, token: number, field: LedgerField, value: string): Promise<void>
  read(id: string, field: LedgerField): Promise<string | null>
}

const mostPerSweep = 200
/** Entries that are accepted in one script: Redis does nothing else meanwhile. */
const mostPerGroup = 64
/** Made once: making a schema takes longer than using it. */
const integer = z.int()
const integers = z.array(integer)

export function createLedger(redis: Redis, queue: QueueName): Ledger {
  const root = rootOf(queue)
  const entryKey = (id: string) => ledgerEntryKey(queue, id)
  const deliveryKey = (id: string | null) => (id === null ? '' : `${root}:delivery:${id}`)
  const pending = outboxKey(queue)
  const bodies = `${root}:bodies`
  const acceptInGroup = groupWrites(mostPerGroup, async (group: readonly Offer[]) => {
    const keys = group.flatMap(({ id, deliveryId, line }) => [entryKey(id), deliveryKey(deliveryId), line ?? ''])
    const values = group.flatMap(({ id, body }) => [id, body])
    const all = [pending, bodies, ...keys]
    const reply = await answered(redis.eval(acceptScript, all.length, ...all, ledgerSeconds, ...values))
    return integers.parse(reply)
  })

  return {
    accept: async (entry, deliveryId, line = null) => (await acceptInGroup({ ...entry, deliveryId, line })) === 1,
    async overdue(ageMs) {
      const reply = await answered(redis.eval(overdueScript, 2, pending, bodies, ageMs, mostPerSweep))
      return toEntries(z.array(z.string()).parse(reply))
    },
    async carried(ids) {
      if (ids.length === 0) return
      await answered(
        redis
          .multi()
          .zrem(pending, ...ids)
          .hdel(bodies, ...ids)
          .exec(),
      )
    },
    async take(id, lockKey, lockToken) {
      const reply = await answered(redis.eval(takeScript, 2, entryKey(id), lockKey, lockToken, ledgerSeconds))
      const token = integer.parse(reply)
      if (token > 0) return { kind: 'taken', token }
      return { kind: token === 0 ? 'finished' : 'lock-lost' }
    },
    async check(id, token) {
      if ((await answered(redis.hget(entryKey(id), 'fence'))) !== String(token)) throw fenceLost(id)
    },
    async write(id, token, field, value) {
      const reply = await answered(redis.eval(writeScript, 1, entryKey(id), token, field, value))
      if (integer.parse(reply) !== 1) throw fenceLost(id)
    },
    read: (id, field) => answered(redis.hget(entryKey(id), field)),
  }
}

const rootOf = (queue: QueueName) => `airlock:ledger:${queue}`

/** What was accepted and not carried yet. */
export const outboxKey = (queue: QueueName) => `${rootOf(queue)}:pending`

/** For scripts that decide by what the ledger says. */
export function ledgerEntryKey(queue: QueueName, id: string): string {
  return `${rootOf(queue)}:entry:${id}`
}

export function fenceLost(id: string): FenceLostError {
  return new FenceLostError(`a newer attempt holds ${id}`)
}

function toEntries(flat: readonly string[]): LedgerEntry[] {
  const entries: LedgerEntry[] = []
  for (let index = 0; index + 1 < flat.length; index += 2) {
    const [id, body] = flat.slice(index, index + 2)
    if (id !== undefined && body !== undefined) entries.push({ id, body })
  }
  return entries
}
