import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { AuditLog, AuditLogs } from '../pipeline/ports/index.ts'
import { type AuditEntry, chainEntry, genesisHash, sealKind } from './audit-record.ts'
import { type RecordedContent, withholdContent } from './withhold-content.ts'

export interface AuditLogsDeps {
  /** An existing folder that only the worker can read. */
  readonly dir: string
  readonly now: () => number
  /** Of prompts and outputs; all, where it is not set. */
  readonly content?: RecordedContent
}

/** One file per job and attempt; `wx` so that no record is ever written over. */
export function createAuditLogs(deps: AuditLogsDeps): AuditLogs {
  return {
    async open(jobId, attempt) {
      const path = join(deps.dir, `${jobId}-${attempt}.jsonl`)
      const file = await open(path, 'wx', 0o600)
      return createAuditLog(path, deps, {
        write: async (line) => {
          await file.write(line)
        },
        close: async () => {
          await file.sync()
          await file.close()
        },
      })
    },
  }
}

interface Sink {
  write(line: string): Promise<void>
  close(): Promise<void>
}

function createAuditLog(path: string, { now, content = 'full' }: AuditLogsDeps, sink: Sink): AuditLog {
  let last: AuditEntry | null = null
  let pending: Promise<void> = Promise.resolve()
  let sealed: Promise<{ path: string; head: string }> | null = null

  const write = (kind: string, data: Readonly<Record<string, unknown>>) => {
    last = chainEntry(last, new Date(now()).toISOString(), kind, { ...data })
    const line = `${JSON.stringify(last)}\n`
    pending = pending.then(() => sink.write(line))
    // A full disk is reported by seal(), which every job awaits; until then the chain waits unhandled.
    pending.catch(() => {})
  }

  const close = async () => {
    write(sealKind, { entries: last === null ? 0 : last.seq + 1 })
    await pending
    await sink.close()
    return { path, head: last?.hash ?? genesisHash }
  }

  return {
    path,
    head: () => last?.hash ?? genesisHash,
    append(kind, data) {
      if (sealed === null) write(kind, withholdContent(content, kind, data))
    },
    seal() {
      sealed ??= close()
      return sealed
    },
  }
}
