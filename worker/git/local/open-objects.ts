/**
 * Reads a repository on this machine that may be hostile. Its refs are resolved there, by a git that takes no program
 * from its configuration. Everything else happens in a bare repository of our own, which has its objects and nothing
 * more: no configuration, attributes, hooks, index, grafts or replacements of it have a part in what is read.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { CommandError } from '../../process/run-command.ts'
import { layRepository } from '../clean-repository.ts'
import type { Git } from '../git-command.ts'

export interface LocalObjects {
  /** Our own bare repository. */
  readonly gitDir: string
  /** The commit that a ref, or a revision such as `main~1`, stands for; null: there is none. */
  resolve(ref: string): Promise<string | null>
}

/** The folder is no repository, or one of a kind that cannot be read. The message says which. */
export class RepositoryError extends Error {
  override readonly name = 'RepositoryError'
}

/** `folder` is empty and ours. Throws RepositoryError. */
export async function openObjects(
  git: Git,
  repository: string,
  folder: string,
  signal: AbortSignal,
): Promise<LocalObjects> {
  const theirs = existsSync(join(repository, '.git')) ? join(repository, '.git') : repository
  const ask = (...args: readonly string[]) => answer(git, [`--git-dir=${theirs}`, 'rev-parse', ...args], signal)
  const common = await ask('--path-format=absolute', '--git-common-dir')
  if (common === null) throw new RepositoryError(`${repository} is not the top folder of a git repository`)
  if (/[\r\n]/.test(common)) throw new RepositoryError('the path of the repository has a line end in it')
  if ((await ask('--show-object-format')) !== 'sha1') {
    throw new RepositoryError(`${repository} names its objects by SHA-256, which is not supported`)
  }
  await layRepository(folder, {
    HEAD: 'ref: refs/heads/none\n',
    config: '[core]\n\trepositoryformatversion = 0\n\tbare = true\n\tcommitGraph = false\n',
    'objects/info/alternates': `${join(common, 'objects')}\n`,
  })
  return {
    gitDir: folder,
    resolve: (ref) => ask('--verify', '--quiet', '--end-of-options', `${ref}^{commit}`),
  }
}

/** What git says, or null where it says no. */
export async function answer(git: Git, args: readonly string[], signal: AbortSignal): Promise<string | null> {
  try {
    return (await git(args, { signal })).toString('utf8').trim()
  } catch (error) {
    if (error instanceof CommandError && error.code === 'exit') return null
    throw error
  }
}
