import { SourceError } from '../pipeline/ports/index.ts'
import { CommandError } from '../process/run-command.ts'
import type { Git } from './git-command.ts'
import { printablePath } from './printable-path.ts'
import { decodeName, isGitLookAlike } from './unsafe-name.ts'

/** One file or symlink of a commit. `path` holds one byte per character (latin1): names need not be UTF-8. */
export interface BaseEntry {
  readonly path: string
  readonly mode: '100644' | '100755' | '120000'
  readonly sha: string
  readonly size: number
}

export interface TreeLimits {
  /** Files of one commit. */
  readonly files: number
  /** Bytes of one commit's files together. */
  readonly bytes: number
}

/** Longest line that `ls-tree` prints for one file: mode, type, id, size and a path of Linux's own limit. */
const longestLine = 4200

/** Lists every file of a commit. Throws SourceError for what Airlock does not take: submodules, look-alikes, size. */
export async function readBaseTree(
  git: Git,
  gitDir: string,
  sha: string,
  limits: TreeLimits,
  signal: AbortSignal,
): Promise<readonly BaseEntry[]> {
  const listed = await listTree(git, gitDir, sha, limits, signal)
  return checkEntries(listed.toString('latin1').split('\0').filter(Boolean).map(parseLine), limits)
}

async function listTree(
  git: Git,
  gitDir: string,
  sha: string,
  limits: TreeLimits,
  signal: AbortSignal,
): Promise<Buffer> {
  const maxBytes = Math.min(limits.files * longestLine, 1024 ** 3)
  try {
    return await git([`--git-dir=${gitDir}`, 'ls-tree', '-r', '-l', '-z', '--full-tree', sha], { signal, maxBytes })
  } catch (error) {
    if (!(error instanceof CommandError && error.code === 'output-limit')) throw error
    throw new SourceError('too-large', `the list of the base commit's files is longer than ${maxBytes} bytes`)
  }
}

interface Listed {
  readonly path: string
  readonly type: string
  readonly mode: string
  readonly sha: string
  readonly size: number
}

function parseLine(line: string): Listed {
  const tab = line.indexOf('\t')
  const [mode = '', type = '', sha = '', size = ''] = line.slice(0, tab).split(/ +/)
  return { path: line.slice(tab + 1), type, mode, sha, size: Number(size) || 0 }
}

function checkEntries(listed: readonly Listed[], limits: TreeLimits): readonly BaseEntry[] {
  const submodules = listed.filter((entry) => entry.type === 'commit')
  if (submodules[0] !== undefined) {
    const first = printablePath(submodules[0].path)
    throw new SourceError('submodules', `the repository has submodules (${submodules.length}), the first at ${first}`)
  }
  const bytes = listed.reduce((sum, entry) => sum + entry.size, 0)
  if (listed.length > limits.files || bytes > limits.bytes) {
    const size = `${listed.length} files and ${bytes} bytes`
    throw new SourceError(
      'too-large',
      `the base commit has ${size}; at most ${limits.files} and ${limits.bytes} are taken`,
    )
  }
  const lookAlike = listed.find((entry) =>
    entry.path.split('/').some((name) => isGitLookAlike(decodeName(name) ?? name)),
  )
  if (lookAlike !== undefined) {
    throw new SourceError('denied', `the base commit has a look-alike of .git: ${printablePath(lookAlike.path)}`)
  }
  return listed.map(({ path, mode, sha, size }) => ({ path, mode: modeOf(mode), sha, size }))
}

/** Old commits have modes such as 100664; git reads them by the executable bit alone. */
function modeOf(mode: string): BaseEntry['mode'] {
  if (mode === '120000') return mode
  return (Number.parseInt(mode, 8) & 0o100) === 0 ? '100644' : '100755'
}
