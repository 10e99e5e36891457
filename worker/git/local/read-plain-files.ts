import { lstatSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import type { FileChange, UnreadPart } from '../../contract/index.ts'
import { printablePath } from '../printable-path.ts'
import { readWorkspaceFile } from '../read-file.ts'
import { readFolder } from '../read-folder.ts'
import { decodeName } from '../unsafe-name.ts'
import { WalkEnd } from '../walk-end.ts'
import { localBudget } from './local-change.ts'

/** A few files of one place, as a change that adds them. */
export interface PlainFiles {
  readonly files: readonly FileChange[]
  readonly unread: readonly UnreadPart[]
  /** The place is this one file. */
  readonly named: boolean
}

/** What was named is neither a file nor a folder. The message continues a sentence that names it. */
class PlainFileError extends Error {
  override readonly name = 'PlainFileError'
}

const mostBytesAtOnce = 8 * 1024 * 1024
const mostFilesAtOnce = 500
const deepestLevel = 200

/**
 * Every regular file of a folder and all below it, or the one file that `path` is. No symlink is followed, nothing
 * else is opened, `.git` is passed over. What cannot be read is named. Blocks its thread. Throws PlainFileError.
 */
export function* readPlainFiles(path: string): Generator<PlainFiles> {
  const kind = kindOf(path)
  const root = kind === 'file' ? dirname(path) : path
  const names = kind === 'file' ? [Buffer.from(basename(path), 'utf8').toString('latin1')] : walk(path, '', 0)
  let part = emptyPart(kind === 'file')
  for (const name of names) {
    if (typeof name !== 'string') part.unread.push(name)
    else read(root, name, part)
    if (part.bytes < mostBytesAtOnce && part.files.length + part.unread.length < mostFilesAtOnce) continue
    yield part
    part = emptyPart(part.named)
  }
  yield part
}

function emptyPart(named: boolean) {
  return { files: [] as FileChange[], unread: [] as UnreadPart[], bytes: 0, named }
}

function kindOf(path: string): 'file' | 'folder' {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  if (stats === undefined) throw new PlainFileError('is not there')
  if (stats.isFile()) return 'file'
  if (stats.isDirectory()) return 'folder'
  throw new PlainFileError(stats.isSymbolicLink() ? 'is a symlink: name what it points to' : 'is no regular file')
}

/** Paths of files below `folder`, one byte per character (latin1), in the order of their names. */
function* walk(root: string, folder: string, depth: number): Generator<string | UnreadPart> {
  if (depth > deepestLevel) {
    yield { kind: 'too-large', path: printablePath(folder), why: `Folders are nested more than ${deepestLevel} deep.` }
    return
  }
  try {
    const entries = [...readFolder(root, folder)].sort((a, b) => (a.name < b.name ? -1 : 1))
    for (const entry of entries) {
      if (entry.name === '.git') continue
      if (entry.isDirectory()) yield* walk(root, `${folder}${entry.name}/`, depth + 1)
      else if (entry.isFile()) yield `${folder}${entry.name}`
    }
  } catch (error) {
    yield unreadOf(folder, error)
  }
}

function read(root: string, name: string, part: ReturnType<typeof emptyPart>): void {
  try {
    const file = readWorkspaceFile(root, name, [], localBudget.fileBytes, () => undefined)
    if (file === null) return
    const { mode, sha, content } = file
    part.files.push({ path: decodeName(name) ?? printablePath(name), before: null, after: { mode, sha, content } })
    part.bytes += content.length
  } catch (error) {
    part.unread.push(unreadOf(name, error))
  }
}

function unreadOf(name: string, error: unknown): UnreadPart {
  if (!(error instanceof WalkEnd)) throw error
  const { result } = error
  const why = 'why' in result ? `It could not be read: ${result.why}.` : 'It could not be read.'
  return { kind: result.kind === 'over-budget' ? 'too-large' : 'unreadable', path: printablePath(name), why }
}
