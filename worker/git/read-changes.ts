import type { ChangeSet, FileVersion } from '../contract/index.ts'
import { type BaseEntry, readBaseTree, type TreeLimits } from './base-tree.ts'
import type { Git } from './git-command.ts'
import { listChanges, type RawChange } from './list-changes.ts'
import { readBlobs } from './read-blobs.ts'

/** What differs between two trees of one repository, with contents. Null: more than `mostBytes` of them. */
export async function readChanges(
  git: Git,
  gitDir: string,
  { from, to }: { readonly from: string; readonly to: string },
  { limits, mostBytes }: { readonly limits: TreeLimits; readonly mostBytes: number },
  signal: AbortSignal,
): Promise<ChangeSet | null> {
  const entries = [
    ...(await readBaseTree(git, gitDir, from, limits, signal)),
    ...(await readBaseTree(git, gitDir, to, limits, signal)),
  ]
  const changes = await listChanges(git, gitDir, from, to, signal)
  const sizes = sizesOf(entries, changes)
  const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0)
  if (bytes > mostBytes) return null
  const contents = await readBlobs(git, gitDir, [...sizes.keys()], bytes, signal)
  return { baseSha: from, treeSha: to, files: fill(changes, contents) }
}

function sizesOf(entries: readonly BaseEntry[], changes: readonly RawChange[]): ReadonlyMap<string, number> {
  const wanted = new Set(changes.flatMap(({ before, after }) => [before?.sha, after?.sha]))
  return new Map(entries.flatMap(({ sha, size }) => (wanted.has(sha) ? [[sha, size] as const] : [])))
}

/** Every blob of `changes` has to be among `contents`. */
export function fill(changes: readonly RawChange[], contents: ReadonlyMap<string, Uint8Array>): ChangeSet['files'] {
  const withContent = (version: RawChange['before']): FileVersion | null => {
    if (version === null) return null
    const content = contents.get(version.sha)
    if (content === undefined) throw new Error(`no content for blob ${version.sha}`)
    return { ...version, content }
  }
  return changes.map(({ path, before, after }) => ({ path, before: withContent(before), after: withContent(after) }))
}
