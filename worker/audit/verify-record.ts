import { type AuditEntry, auditEntrySchema, genesisHash, hashEntry, sealKind } from './audit-record.ts'
import { readRecord } from './read-record.ts'

export type Verification =
  | { readonly ok: true; readonly entries: number; readonly head: string }
  | { readonly ok: false; readonly line: number; readonly why: string }

/**
 * Reads a record line by line and names the first line that is not what was written. `known` is a hash that was shown
 * elsewhere while the record grew, as in the pull request: the record must have an entry with it.
 */
export async function verifyRecord(path: string, known?: string): Promise<Verification> {
  let previous: AuditEntry | null = null
  let line = 0
  let knownSeen = known === undefined
  for await (const value of readRecord(path)) {
    line += 1
    const checked = checkLine(value, previous)
    if (typeof checked === 'string') return { ok: false, line, why: checked }
    previous = checked
    knownSeen ||= checked.hash === known
  }
  return checkEnd(previous, line, knownSeen)
}

/** One line against the one before it: the entry, or what is wrong with it. */
function checkLine(value: unknown, previous: AuditEntry | null): AuditEntry | string {
  const parsed = auditEntrySchema.safeParse(value)
  if (!parsed.success) return 'is not an entry of a record'
  const entry = parsed.data
  if (previous?.kind === sealKind) return 'follows the closing entry'
  if (entry.seq !== (previous === null ? 0 : previous.seq + 1)) return `has number ${entry.seq} out of order`
  if (entry.prev !== (previous?.hash ?? genesisHash)) return 'does not name the entry before it'
  if (entry.hash !== hashEntry(entry)) return 'does not have the hash of its content'
  return entry
}

function checkEnd(last: AuditEntry | null, line: number, knownSeen: boolean): Verification {
  if (last === null) return { ok: false, line: 1, why: 'is missing: the record is empty' }
  if (last.kind !== sealKind) return { ok: false, line: line + 1, why: 'is missing: the record has no closing entry' }
  if (!knownSeen) return { ok: false, line, why: 'ends a record that has no entry with the hash that is known' }
  return { ok: true, entries: line, head: last.hash }
}
