import { Buffer } from 'node:buffer'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
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
const noObject = '0'.repeat(40)
const newline = Buffer.from('\n')

/**
 * Writes changed files as blobs and the whole as a tree into the clean repository, through an index of its own. No
 * file is read and no attribute asked: git gets the bytes. `write-tree` fails if a blob is not there by its id, so
 * the ids that the walk computed are confirmed by git's own collision-proof hash.
 */
export async function writeTree(git: Git, input: TreeInput, signal: AbortSignal): Promise<string> {
  const index = join(input.gitDir, 'collect-index')
  await rm(index, { force: true })
  const run = (args: readonly string[], stdin?: Buffer) =>
    git([`--git-dir=${input.gitDir}`, ...args], {
      env: { GIT_INDEX_FILE: index },
      ...(stdin === undefined ? {} : { input: stdin }),
      signal,
      timeoutMs,
    })
  const writeBlobs = async () => {
    if (input.changed.length > 0) await run(['fast-import', '--quiet'], blobStream(input.changed))
  }
  await Promise.all([writeBlobs(), run(['read-tree', input.baseSha])])
  await run(['update-index', '-z', '--index-info'], indexInfo(input))
  return (await run(['write-tree'])).toString('latin1').trim()
}

function blobStream(files: readonly WalkedFile[]): Buffer {
  return Buffer.concat(files.flatMap(({ size, content }) => [Buffer.from(`blob\ndata ${size}\n`), content, newline]))
}

/** Deletions first, so that a folder can become a file. */
function indexInfo({ changed, deleted }: TreeInput): Buffer {
  const lines = [
    ...deleted.map((path) => `0 ${noObject}\t${path}\0`),
    ...changed.map(({ mode, sha, path }) => `${mode} ${sha}\t${path}\0`),
  ]
  return Buffer.from(lines.join(''), 'latin1')
}
