import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { gitMaybe, gitText, runGit } from './run-git.ts'

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

export function objectType(gitDir: string, sha: string): Promise<string | undefined> {
  return gitMaybe(gitDir, ['cat-file', '-t', sha])
}

export function writeBlob(gitDir: string, content: string | Uint8Array): Promise<string> {
  return gitText(gitDir, ['hash-object', '-w', '--stdin'], { input: content })
}

/** A new tree: `base` with `changes` applied, made in an index of its own. */
export async function writeTree(
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
