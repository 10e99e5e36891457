import type { FileVersion } from '../contract/index.ts'
import type { Git } from './git-command.ts'

type Version = Omit<FileVersion, 'content'>

/** One path that differs between two trees, without contents. */
export interface RawChange {
  readonly path: string
  readonly before: Version | null
  readonly after: Version | null
  /** A side is a commit of another repository, and null here: there are no bytes to look at. */
  readonly submodule: boolean
}

const submoduleMode = '160000'

/** What differs between the base and the tree that was built: git's own answer, not the walk's. */
export async function listChanges(
  git: Git,
  gitDir: string,
  baseSha: string,
  treeSha: string,
  signal: AbortSignal,
): Promise<RawChange[]> {
  const args = [`--git-dir=${gitDir}`, 'diff-tree', '-r', '-z', '--raw', '--no-renames', baseSha, treeSha]
  const output = await git(args, { signal, timeoutMs: 120_000, maxBytes: 1024 ** 3 })
  return parseRaw(output.toString('utf8'))
}

/** `:MODE MODE ID ID STATUS NUL PATH NUL`, again and again. */
function parseRaw(output: string): RawChange[] {
  const parts = output.split('\0')
  const changes: RawChange[] = []
  for (let index = 0; index + 1 < parts.length; index += 2) {
    const [modeBefore = '', modeAfter = '', shaBefore = '', shaAfter = ''] = parts[index]?.slice(1).split(' ') ?? []
    const path = parts[index + 1] ?? ''
    const submodule = modeBefore === submoduleMode || modeAfter === submoduleMode
    changes.push({ path, before: version(modeBefore, shaBefore), after: version(modeAfter, shaAfter), submodule })
  }
  return changes
}

function version(mode: string, sha: string): Version | null {
  if (mode === '000000' || mode === submoduleMode) return null
  if (mode === '120000' || mode === '100755') return { mode, sha }
  return { mode: '100644', sha }
}
