import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { runCommand } from '../../worker/process/run-command.ts'

/** Content, executable content, or a symlink's target. */
export type OriginFile = string | { readonly script: string } | { readonly link: string }

export interface Folder extends AsyncDisposable {
  readonly path: string
}

export async function makeFolder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'airlock-git-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** Git as a person would run it, on a repository of the test's own. */
export async function plainGit(args: readonly string[], input?: string | Uint8Array): Promise<string> {
  const { stdout } = await runCommand(['git', ...args], {
    env: {
      PATH: process.env.PATH ?? '',
      HOME: '/nonexistent',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_AUTHOR_NAME: 'Ada',
      GIT_AUTHOR_EMAIL: 'ada@example.com',
      GIT_AUTHOR_DATE: '2026-11-01T12:00:00Z',
      GIT_COMMITTER_NAME: 'Ada',
      GIT_COMMITTER_EMAIL: 'ada@example.com',
      GIT_COMMITTER_DATE: '2026-11-01T12:00:00Z',
    },
    ...(input === undefined ? {} : { input }),
  })
  return stdout.toString('utf8').trim()
}

export async function writeTree(root: string, files: Readonly<Record<string, OriginFile>>): Promise<void> {
  for (const [path, file] of Object.entries(files)) {
    const target = join(root, path)
    await mkdir(dirname(target), { recursive: true })
    await rm(target, { force: true })
    if (typeof file === 'string') await writeFile(target, file)
    else if ('script' in file) await writeFile(target, file.script, { mode: 0o755 })
    else await symlink(file.link, target)
  }
}

/** A repository with one commit of these files on `main`. Returns the commit. */
export async function makeOrigin(path: string, files: Readonly<Record<string, OriginFile>>): Promise<string> {
  await plainGit(['init', '--quiet', '-b', 'main', path])
  return commitFiles(path, files)
}

export async function commitFiles(path: string, files: Readonly<Record<string, OriginFile>>): Promise<string> {
  await writeTree(path, files)
  await plainGit(['-C', path, 'add', '--all', '--force'])
  await plainGit(['-C', path, 'commit', '--quiet', '--allow-empty', '-m', 'change'])
  return plainGit(['-C', path, 'rev-parse', 'HEAD'])
}

/** A commit made of raw tree entries, for what no work tree can hold. */
export async function commitRawTree(path: string, entries: Buffer): Promise<string> {
  const tree = await plainGit(['-C', path, 'mktree', '-z'], entries)
  const commit = await plainGit(['-C', path, 'commit-tree', '-m', 'raw', tree])
  await plainGit(['-C', path, 'update-ref', 'refs/heads/main', commit])
  return commit
}
