import type { FileChange, FileVersion, UnreadPart } from '../../contract/index.ts'
import type { Git } from '../git-command.ts'
import { listChanges, type RawChange } from '../list-changes.ts'
import { readBlobs } from '../read-blobs.ts'
import { type LocalChange, localBudget, UnreadableError } from './local-change.ts'
import { readSizes } from './read-sizes.ts'

export interface TwoCommits {
  readonly gitDir: string
  readonly base: string
  readonly head: string
}

const mostPathBytes = 256 * 1024 * 1024

/** The change between two commits. Renames are a deletion and an addition. */
export async function readCommits(git: Git, two: TwoCommits, signal: AbortSignal): Promise<LocalChange> {
  const { gitDir, base, head } = two
  const [raw, basePaths, tree] = await Promise.all([
    listChanges(git, gitDir, base, head, signal),
    listPaths(git, gitDir, base, signal),
    git([`--git-dir=${gitDir}`, 'rev-parse', `${head}^{tree}`], { signal }),
  ])
  if (raw.length > localBudget.files)
    throw new UnreadableError(`the change touches more than ${localBudget.files} files`)
  const named = raw.filter(({ path }) => isPlainName(path))
  const sizes = await readSizes(git, gitDir, named.flatMap(shasOf), signal)
  const plan = chooseReadable(named, sizes)
  const contents = await readBlobs(git, gitDir, plan.shas, plan.bytes, signal)
  const unread = [...raw.filter(({ path }) => !isPlainName(path)).map(oddName), ...named.flatMap(movedSubmodule)]
  return {
    changeSet: { baseSha: base, treeSha: tree.toString('latin1').trim(), files: withContents(plan.readable, contents) },
    basePaths,
    unread: [...unread, ...plan.unread],
  }
}

async function listPaths(git: Git, gitDir: string, sha: string, signal: AbortSignal): Promise<string[]> {
  const args = [`--git-dir=${gitDir}`, 'ls-tree', '-r', '-z', '--name-only', '--full-tree', sha]
  const output = await git(args, { signal, maxBytes: mostPathBytes })
  return output.toString('utf8').split('\0').filter(Boolean)
}

/** What is not UTF-8 has become this mark: two such names could look the same. */
const isPlainName = (path: string) => !path.includes('\ufffd')

const shasOf = ({ before, after }: RawChange) => [before, after].flatMap((version) => version?.sha ?? [])

/** In the order of the paths, as far as the budget goes. A file that only goes away need not be read. */
function chooseReadable(changes: readonly RawChange[], sizes: ReadonlyMap<string, number>) {
  const readable: RawChange[] = []
  const unread: UnreadPart[] = []
  const shas = new Set<string>()
  let bytes = 0
  const take = (version: RawChange['before']): boolean => {
    if (version === null || shas.has(version.sha)) return true
    const size = sizes.get(version.sha) ?? 0
    if (size > localBudget.fileBytes || bytes + size > localBudget.bytes) return false
    bytes += size
    shas.add(version.sha)
    return true
  }
  for (const change of changes.filter(({ before, after }) => before !== null || after !== null)) {
    if (take(change.after)) {
      take(change.before)
      readable.push(change)
    } else {
      unread.push({ kind: 'too-large', path: change.path, why: 'This file is too large, or the change as a whole is.' })
    }
  }
  return { readable, unread, bytes, shas: [...shas] }
}

/** What a file was before and is too large to read counts as empty: all that it holds now is new then. */
function withContents(changes: readonly RawChange[], contents: ReadonlyMap<string, Uint8Array>): FileChange[] {
  const fill = (version: RawChange['before']): FileVersion | null =>
    version === null ? null : { ...version, content: contents.get(version.sha) ?? new Uint8Array() }
  return changes.map(({ path, before, after }) => ({ path, before: fill(before), after: fill(after) }))
}

function oddName({ path }: RawChange): UnreadPart {
  return { kind: 'odd-name', path, why: 'The name of this file is not UTF-8.' }
}

function movedSubmodule({ path, submodule }: RawChange): UnreadPart[] {
  return submodule
    ? [{ kind: 'submodule', path, why: 'This is a submodule: its content is in another repository.' }]
    : []
}
