import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Git } from './git-command.ts'

/**
 * The job's own bare repository: it reads the mirror's objects and writes its own, so that nothing of one job gets
 * into a repository that others use. Both folders are the host's; no sandbox ever sees either.
 */
export async function createCleanRepository(
  git: Git,
  gitDir: string,
  mirror: string,
  baseSha: string,
  signal: AbortSignal,
): Promise<void> {
  await rm(gitDir, { recursive: true, force: true })
  await git(['init', '--quiet', '--bare', '--template=', '--initial-branch=base', gitDir], { signal })
  await writeFile(join(gitDir, 'objects/info/alternates'), `${join(mirror, 'objects')}\n`)
  await writeFile(join(gitDir, 'shallow'), `${baseSha}\n`)
}
