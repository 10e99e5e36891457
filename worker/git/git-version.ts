import { runCommand } from '../process/run-command.ts'

export interface GitVersion {
  readonly text: string
  readonly parts: readonly [number, number, number]
}

/**
 * The oldest git that is accepted: the first of Debian 12's line with the repairs of May 2024 (CVE-2024-32002, -32004,
 * -32465). What was found later (CVE-2025-48384) needs a clone of submodules, which never happens here.
 */
const minimumGitVersion: GitVersion['parts'] = [2, 39, 4]

/** Asks the program itself. Throws CommandError if it does not run. */
export async function gitVersion(git: string, signal?: AbortSignal): Promise<GitVersion> {
  const env = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C' }
  const { stdout } = await runCommand([git, '--version'], { env, timeoutMs: 10_000, signal })
  const text = stdout.toString('utf8').trim().slice(0, 100)
  const [, major = '0', minor = '0', patch = '0'] = /(\d{1,9})\.(\d{1,9})(?:\.(\d{1,9}))?/.exec(text) ?? []
  return { text, parts: [Number(major), Number(minor), Number(patch)] }
}

export function isGitSupported(version: GitVersion): boolean {
  for (const [index, least] of minimumGitVersion.entries()) {
    const part = version.parts[index] ?? 0
    if (part !== least) return part > least
  }
  return true
}
