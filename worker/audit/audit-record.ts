/**
 * The record of one job: JSON lines, each with the hash of the one before, so that a flipped, deleted, reordered or
 * cut line is found and named. Imports contract and the pipeline's port. A record that somebody rewrote as a whole is
 * still consistent in itself: that is why its head is shown in the pull request, outside the worker's reach.
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'

const hashSchema = z.string().regex(/^[0-9a-f]{64}$/)

export const auditEntrySchema = z.strictObject({
  seq: z.int().nonnegative(),
  /** ISO 8601, UTC. */
  at: z.iso.datetime(),
  kind: z.string(),
  data: z.record(z.string(), z.unknown()),
  prev: hashSchema,
  hash: hashSchema,
})
export type AuditEntry = z.infer<typeof auditEntrySchema>

/** What the first entry names as the one before it. */
export const genesisHash = '0'.repeat(64)

/** The kind of the entry that closes a record; nothing may follow it. */
export const sealKind = 'sealed'

/** Appends one entry to a chain: pure. `data` must be plain JSON. */
export function chainEntry(
  previous: Pick<AuditEntry, 'seq' | 'hash'> | null,
  at: string,
  kind: string,
  data: Record<string, unknown>,
): AuditEntry {
  const body = { seq: previous === null ? 0 : previous.seq + 1, at, kind, data, prev: previous?.hash ?? genesisHash }
  return { ...body, hash: hashEntry(body) }
}

/** SHA-256 over the entry's fields in their fixed order; `data` keeps the order in which it was written. */
export function hashEntry(body: Omit<AuditEntry, 'hash'>): string {
  const text = JSON.stringify([body.seq, body.at, body.kind, body.data, body.prev])
  return createHash('sha256').update(text).digest('hex')
}
