import type { Git } from '../git-command.ts'
import { answer } from './open-objects.ts'

/**
 * Where the change of `head` begins: where it left `base`, as a pull request shows it. Without a common commit (a
 * shallow clone, another history) it is `base` itself: that shows more as new, never less.
 */
export async function findStart(
  git: Git,
  gitDir: string,
  base: string,
  head: string,
  signal: AbortSignal,
): Promise<string> {
  return (await answer(git, [`--git-dir=${gitDir}`, 'merge-base', base, head], signal)) ?? base
}
