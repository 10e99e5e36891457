import { Buffer } from 'node:buffer'
import type { Git } from './git-command.ts'
import type { WalkedFile } from './walk-result.ts'

export interface TreeInput {
  readonly gitDir: string
  readonly baseSha: string
  readonly changed: readonly WalkedFile[]
  /** Paths, one byte per character (latin1). */
  readonly deleted: readonly string[]
}

const timeoutMs = 300_000
const newline = Buffer.from('\n')

/**
 * Writes changed files as blobs and the whole as a tree into the clean repository, by one git that rewrites only the
 * folders that changed. No file is read and no attribute asked: git gets the bytes. It fails if a blob is not there by
 * its id, so the ids that the walk computed are confirmed by git's own collision-proof hash. The walk has refused
 * every new name that a checkout could mistake.
 */
export async function writeTree(git: Git, input: TreeInput, signal: AbortSignal): Promise<string> {
  const output = await git([`--git-dir=${input.gitDir}`, 'fast-import', '--quiet', '--force', '--done'], {
    input: importStream(input),
    // Its pack is kept as it is: taking it apart into files would be a second git.
    config: [['fastimport.unpackLimit', '1']],
    signal,
    timeoutMs,
  })
  const [, treeSha] = /^040000 tree ([0-9a-f]{40})\t/.exec(output.toString('latin1')) ?? []
  if (treeSha === undefined) throw new Error('git fast-import did not say what tree it made')
  return treeSha
}

/** The commit that it needs around a tree is nobody's: no ref of the repository outlives the job. */
function importStream({ baseSha, changed, deleted }: TreeInput): Buffer {
  const blobs = changed.flatMap(({ size, content }) => [Buffer.from(`blob\ndata ${size}\n`), content, newline])
  // Deletions first, so that a folder can become a file.
  const lines = [
    'commit refs/airlock/collected',
    'committer airlock <airlock@localhost.invalid> 0 +0000',
    'data 0',
    `from ${baseSha}`,
    ...deleted.map((path) => `D ${quotePath(path)}`),
    ...changed.map(({ mode, sha, path }) => `M ${mode} ${sha} ${quotePath(path)}`),
    'ls ""',
    'done',
    '',
  ]
  return Buffer.concat([...blobs, Buffer.from(lines.join('\n'), 'latin1')])
}

/** Always in quotes: a name may hold a line's end, and must not be read as a command. */
function quotePath(path: string): string {
  const escaped = path.replace(/[^\x20-\x7e]|["\\]/g, (byte) => `\\${byte.charCodeAt(0).toString(8).padStart(3, '0')}`)
  return `"${escaped}"`
}
