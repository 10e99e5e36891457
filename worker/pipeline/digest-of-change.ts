import { createHash } from 'node:crypto'
import type { ChangeSet } from '../contract/index.ts'

/** SHA-256 of a change: base, and per path the modes and blob ids before and after. The same change has the same digest. */
export function digestOfChange(changeSet: ChangeSet): string {
  const files = changeSet.files.map((file) => [
    file.path,
    file.before && [file.before.mode, file.before.sha],
    file.after && [file.after.mode, file.after.sha],
  ])
  return createHash('sha256')
    .update(JSON.stringify([changeSet.baseSha, changeSet.treeSha, files]))
    .digest('hex')
}
