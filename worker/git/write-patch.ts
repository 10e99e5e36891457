import type { ChangeSet } from '../contract/index.ts'
import { CommandError } from '../process/run-command.ts'
import type { Git } from './git-command.ts'

const mostBytes = 48 * 1024 * 1024

/**
 * A whole change as a patch that `git apply` takes, binary files in it. Names that a terminal would obey are quoted by
 * git; what the lines hold is as it is. Null: it is too large, or git took too long to compare.
 */
export async function writePatch(
  git: Git,
  gitDir: string,
  { baseSha, treeSha }: Pick<ChangeSet, 'baseSha' | 'treeSha'>,
  signal: AbortSignal,
): Promise<Uint8Array | null> {
  // The clean repository has no configuration, attributes or HEAD that could name a driver; said once more here.
  const plain = ['--no-ext-diff', '--no-textconv', '--no-color', '--no-renames', '--src-prefix=a/', '--dst-prefix=b/']
  const args = [`--git-dir=${gitDir}`, 'diff-tree', '-p', '--binary', ...plain, baseSha, treeSha]
  try {
    return await git(args, { signal, maxBytes: mostBytes })
  } catch (error) {
    if (error instanceof CommandError && (error.code === 'output-limit' || error.code === 'timeout')) return null
    throw error
  }
}
