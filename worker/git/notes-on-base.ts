import type { BaseEntry } from './base-tree.ts'
import type { Git } from './git-command.ts'
import { printablePath } from './printable-path.ts'
import { readBlobs } from './read-blobs.ts'
import { unsafeLink } from './unsafe-link.ts'
import { decodeName } from './unsafe-name.ts'

/** Git LFS: a pointer is a text of this first line and less than 1 KiB. */
const pointerStart = 'version https://git-lfs.github.com/spec/v1\n'
const pointerBytes = { least: 100, most: 1024 }
const mostLooked = 20_000
const mostAttributeBytes = 4 * 1024 * 1024

/** What the requester should hear of the base commit: each is laid out as it is and works, or does not, as it stands. */
export async function notesOnBase(
  git: Git,
  gitDir: string,
  entries: readonly BaseEntry[],
  signal: AbortSignal,
): Promise<string[]> {
  const pointers = await lfsPointers(git, gitDir, entries, signal)
  const links = await outwardLinks(git, gitDir, entries, signal)
  const odd = entries.filter((entry) => decodeName(entry.path) === null)
  return [
    describe(pointers, 'Git LFS pointers left as they are, without their contents'),
    describe(links, 'Symlinks that lead out of the repository and are broken in the sandbox'),
    describe(odd, 'Paths that are not UTF-8, and can be read but not changed'),
  ].flat()
}

function describe(entries: readonly BaseEntry[], what: string): string[] {
  const first = entries[0]
  return first === undefined ? [] : [`${what}: ${entries.length}, the first is ${printablePath(first.path)}`]
}

async function lfsPointers(git: Git, gitDir: string, entries: readonly BaseEntry[], signal: AbortSignal) {
  const attributes = entries.filter(
    ({ path, size }) => /(^|\/)\.gitattributes$/.test(path) && size < mostAttributeBytes,
  )
  const rules = await readAll(git, gitDir, attributes, signal)
  if (![...rules.values()].some((text) => text.includes('filter=lfs'))) return []
  const small = entries
    .filter(({ size, mode }) => size >= pointerBytes.least && size <= pointerBytes.most && mode !== '120000')
    .slice(0, mostLooked)
  const texts = await readAll(git, gitDir, small, signal)
  return small.filter(({ sha }) => texts.get(sha)?.toString('latin1').startsWith(pointerStart))
}

async function outwardLinks(git: Git, gitDir: string, entries: readonly BaseEntry[], signal: AbortSignal) {
  const links = entries.filter(({ mode }) => mode === '120000').slice(0, mostLooked)
  const targets = await readAll(git, gitDir, links, signal)
  return links.filter(
    ({ path, sha }) => unsafeLink(path, targets.get(sha)?.toString('latin1') ?? '', () => false) !== null,
  )
}

function readAll(git: Git, gitDir: string, entries: readonly BaseEntry[], signal: AbortSignal) {
  const bytes = entries.reduce((sum, { size }) => sum + size, 0)
  return readBlobs(
    git,
    gitDir,
    entries.map(({ sha }) => sha),
    bytes,
    signal,
  )
}
