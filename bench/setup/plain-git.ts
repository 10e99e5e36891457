import { runCommand } from '../../worker/process/run-command.ts'

const env = {
  PATH: '/usr/bin:/bin',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'bench',
  GIT_AUTHOR_EMAIL: 'bench@localhost.invalid',
  GIT_COMMITTER_NAME: 'bench',
  GIT_COMMITTER_EMAIL: 'bench@localhost.invalid',
}

/** Git as a person would use it, for what a bench prepares and compares with. */
export async function plainGit(args: readonly string[], input?: string): Promise<string> {
  const options = { env, timeoutMs: 600_000, ...(input === undefined ? {} : { input }) }
  return (await runCommand(['git', ...args], options)).stdout.toString('utf8').trim()
}

/** Makes what lies in a folder the first commit of a repository there. */
export async function commitFolder(folder: string): Promise<void> {
  await plainGit(['init', '--quiet', '--initial-branch=main', folder])
  await plainGit(['-C', folder, 'add', '.'])
  await plainGit(['-C', folder, 'commit', '--quiet', '--message', 'first'])
}
