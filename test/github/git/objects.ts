import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { isFullId, readLoose, readObject, writeObject } from './object-store.ts'
import { gitMaybe, gitText, runGit } from './run-git.ts'
import { isPlainPath, type PlainChange, putFiles, readTreeLines, type TreeLine } from './tree-objects.ts'

/** One line of a tree to be written; `sha: null` takes the path away. */
export interface TreeChange {
  readonly path: string
  readonly mode: string
  readonly sha: string | null
}

export interface TreeEntry {
  readonly path: string
  readonly mode: string
  readonly type: string
  readonly sha: string
  readonly size: number | undefined
}

export async function objectType(gitDir: string, sha: string): Promise<string | undefined> {
  return isFullId(sha) ? (await readObject(gitDir, sha))?.type : gitMaybe(gitDir, ['cat-file', '-t', sha])
}

export function writeBlob(gitDir: string, content: string | Uint8Array): Promise<string> {
  return writeObject(gitDir, 'blob', Buffer.from(content))
}

/** A new tree: `base` with `changes` applied. Throws GitFailed for what git takes into no tree. */
export async function writeTree(
  gitDir: string,
  base: string | undefined,
  changes: readonly TreeChange[],
): Promise<string> {
  const plain = changes.flatMap((change) => plainChange(change) ?? [])
  const written = plain.length === changes.length ? await putFiles(gitDir, base, plain) : undefined
  return written ?? writeTreeByGit(gitDir, base, changes)
}

function plainChange({ path, mode, sha }: TreeChange): PlainChange | undefined {
  const isFile = mode === '100644' || mode === '100755'
  return isFile && sha !== null && isFullId(sha) && isPlainPath(path) ? { path, mode, sha } : undefined
}

/** In an index of its own. */
async function writeTreeByGit(
  gitDir: string,
  base: string | undefined,
  changes: readonly TreeChange[],
): Promise<string> {
  const index = `${gitDir}/stand-in-${randomUUID()}.index`
  const env = { GIT_INDEX_FILE: index }
  try {
    await runGit(gitDir, ['read-tree', base ?? '--empty'], { env })
    const files = changes.filter((change) => change.mode !== '040000' || change.sha === null)
    const lines = files.map(({ mode, sha, path }) =>
      sha === null ? `0 ${'0'.repeat(40)}\t${path}\0` : `${mode} ${sha}\t${path}\0`,
    )
    await runGit(gitDir, ['update-index', '-z', '--replace', '--index-info'], {
      env,
      input: lines.join(''),
      strict: true,
    })
    for (const { path, sha } of changes.filter((change) => !files.includes(change))) {
      await runGit(gitDir, ['read-tree', `--prefix=${path}/`, String(sha)], { env })
    }
    return await gitText(gitDir, ['write-tree'], { env })
  } finally {
    await rm(index, { force: true })
  }
}

export async function listTree(gitDir: string, treeish: string, recursive: boolean): Promise<TreeEntry[]> {
  const lines = recursive || !isFullId(treeish) ? undefined : await readTreeLines(gitDir, treeish)
  const entries = await Promise.all((lines ?? []).map((line) => looseEntry(gitDir, line)))
  const known = entries.filter((entry) => entry !== undefined)
  return lines !== undefined && known.length === lines.length ? known : listTreeByGit(gitDir, treeish, recursive)
}

const TYPES: Readonly<Record<string, string>> = { '40000': 'tree', '160000': 'commit' }

/** Undefined for a packed file: its size is for git to say. */
async function looseEntry(gitDir: string, { mode, name, sha }: TreeLine): Promise<TreeEntry | undefined> {
  const type = TYPES[mode] ?? 'blob'
  const path = Buffer.from(name, 'latin1').toString('utf8')
  const entry = { path, mode: mode.padStart(6, '0'), type, sha }
  if (type !== 'blob') return { ...entry, size: undefined }
  const size = (await readLoose(gitDir, sha))?.content.length
  return size === undefined ? undefined : { ...entry, size }
}

async function listTreeByGit(gitDir: string, treeish: string, recursive: boolean): Promise<TreeEntry[]> {
  const flags = recursive ? ['-r', '-t'] : []
  const out = await gitText(gitDir, ['ls-tree', '-z', '-l', ...flags, treeish])
  return out
    .split('\0')
    .filter((line) => line !== '')
    .map(parseEntry)
}

function parseEntry(line: string): TreeEntry {
  const tab = line.indexOf('\t')
  const [mode = '', type = '', sha = '', size = '-'] = line.slice(0, tab).split(/ +/)
  return { path: line.slice(tab + 1), mode, type, sha, size: size === '-' ? undefined : Number(size) }
}
