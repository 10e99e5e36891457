import type { BaseTree, MaterialisedBase } from '../pipeline/ports/index.ts'
import type { KnownBase } from './base-memo.ts'

export function describeBase(sha: string, tree: BaseTree, { entries, notes }: KnownBase): MaterialisedBase {
  return {
    sha,
    treeSha: tree.treeSha,
    tree,
    files: entries.length,
    bytes: entries.reduce((sum, { size }) => sum + size, 0),
    paths: entries.map(({ path }) => Buffer.from(path, 'latin1').toString('utf8')),
    notes,
  }
}
