import type { ChangeSet, FileMode, FileVersion } from '../../contract/index.ts'
import { isProse } from './classify-path.ts'
import { decodeText, splitLines } from './decode-text.ts'

export interface FileSide {
  readonly mode: FileMode
  readonly content: Uint8Array
  /** Null for a binary. */
  readonly text: string | null
  readonly lines: readonly string[]
}

/** A line that the file did not have before. Line numbers begin at 1. */
export interface AddedLine {
  readonly number: number
  readonly text: string
  /** The same line left another place of this very change, so its content is not new to the repository. */
  readonly moved: boolean
}

export interface ChangedFile {
  readonly path: string
  readonly before: FileSide | null
  readonly after: FileSide | null
  readonly added: readonly AddedLine[]
}

/** Views of change sets that are still in use: every gate asks for the same one. A change set never changes. */
const views = new WeakMap<ChangeSet, readonly ChangedFile[]>()

/**
 * A change set as the gates read it, in the order of its paths. Lines are compared as a multiset, in linear time:
 * a line counts as added when the file has it more often than before, wherever it stands.
 */
export function viewChange(changeSet: ChangeSet): readonly ChangedFile[] {
  const known = views.get(changeSet)
  if (known !== undefined) return known
  const view = readChange(changeSet)
  views.set(changeSet, view)
  return view
}

function readChange(changeSet: ChangeSet): ChangedFile[] {
  const sides = changeSet.files
    .map(({ path, before, after }) => ({ path, before: sideOf(before), after: sideOf(after) }))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
  const removed = new Map<string, number>()
  const news = sides.map((file) => {
    const { added, gone } = compareLines(file.before?.lines ?? [], file.after?.lines ?? [])
    for (const [text, count] of gone) add(removed, moveKey(isProse(file.path), text), count)
    return { ...file, added }
  })
  return news.map((file) => ({ ...file, added: markMoved(file.path, file.added, removed) }))
}

function markMoved(path: string, added: readonly AddedLine[], removed: Map<string, number>): readonly AddedLine[] {
  if (removed.size === 0) return added
  const prose = isProse(path)
  return added.map((line) => (take(removed, moveKey(prose, line.text)) ? { ...line, moved: true } : line))
}

/** Prose that moves into code comes alive, so a line moves only among its own kind. */
function moveKey(prose: boolean, text: string): string {
  return `${prose ? 'prose' : 'code'} ${text}`
}

function sideOf(version: FileVersion | null): FileSide | null {
  if (version === null) return null
  const text = decodeText(version.content)
  return { mode: version.mode, content: version.content, text, lines: text === null ? [] : splitLines(text) }
}

function compareLines(before: readonly string[], after: readonly string[]) {
  const gone = new Map<string, number>()
  for (const line of before) add(gone, line, 1)
  const added: AddedLine[] = []
  for (const [index, text] of after.entries())
    if (gone.size === 0 || !take(gone, text)) added.push({ number: index + 1, text, moved: false })
  return { added, gone }
}

function add(counts: Map<string, number>, key: string, count: number): void {
  if (count > 0) counts.set(key, (counts.get(key) ?? 0) + count)
}

function take(counts: Map<string, number>, key: string): boolean {
  const count = counts.get(key) ?? 0
  if (count === 1) counts.delete(key)
  else if (count > 1) counts.set(key, count - 1)
  return count > 0
}
