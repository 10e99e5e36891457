import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/**
 * The job's own bare repository: it reads the mirror's objects and writes its own, so that nothing of one job gets
 * into a repository that others use. Both folders are the host's; no sandbox ever sees either.
 */
export async function createCleanRepository(gitDir: string, mirror: string, baseSha: string): Promise<void> {
  await rm(gitDir, { recursive: true, force: true })
  await layRepository(gitDir, {
    HEAD: 'ref: refs/heads/none\n',
    config: '[core]\n\trepositoryformatversion = 0\n\tbare = true\n',
    shallow: `${baseSha}\n`,
    'objects/info/alternates': `${join(mirror, 'objects')}\n`,
  })
}

/** What `git init` would make, without its templates and with these files: a repository is folders and a HEAD. */
export async function layRepository(gitDir: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const folder of ['refs/heads', 'objects/info', 'objects/pack'])
    await mkdir(join(gitDir, folder), { recursive: true })
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(gitDir, path)), { recursive: true })
    await writeFile(join(gitDir, path), content)
  }
}
