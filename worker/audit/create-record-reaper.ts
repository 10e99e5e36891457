import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

const dayMs = 24 * 3_600_000
/** A folder of years has very many. */
const restMs = 3_600_000

export interface RecordReaperDeps {
  readonly dir: string
  /** Days after its last line for which a record is kept. */
  readonly days: number
  readonly now: () => number
}

/** Removes records, and with them what agents were told and said, when their time is over. Other files are left alone. */
export function createRecordReaper({ dir, days, now }: RecordReaperDeps): { reap(): Promise<number> } {
  let nextAt = 0
  return {
    async reap() {
      if (now() < nextAt) return 0
      nextAt = now() + restMs
      const names = (await readdir(dir)).filter((name) => /^[a-z0-9]{10,32}-\d+\.jsonl$/.test(name))
      let removed = 0
      for (const path of names.map((name) => join(dir, name))) {
        if ((await stat(path)).mtimeMs > now() - days * dayMs) continue
        await rm(path, { force: true })
        removed += 1
      }
      return removed
    },
  }
}
