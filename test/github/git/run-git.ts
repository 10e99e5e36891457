import { spawn } from 'node:child_process'

/** Git said no. `exitCode` is null when it was ended by a signal. */
export class GitFailed extends Error {
  readonly exitCode: number | null
  readonly stderr: string

  constructor(exitCode: number | null, stderr: string) {
    super(`git ended with ${exitCode}: ${stderr.trim()}`)
    this.name = 'GitFailed'
    this.exitCode = exitCode
    this.stderr = stderr
  }
}

export interface GitOptions {
  readonly input?: string | Uint8Array
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** A word on stderr is a failure, for commands that only mutter over what they leave out. */
  readonly strict?: boolean
}

/** The environment of every git here: nothing of the machine's or the user's configuration. */
export const gitEnvironment: Readonly<Record<string, string>> = {
  PATH: process.env.PATH ?? '/usr/bin:/bin',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  LC_ALL: 'C',
}

/** Runs git in a bare repository; what it printed, as bytes. */
export function runGit(gitDir: string, args: readonly string[], options: GitOptions = {}): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', args, {
      cwd: options.cwd ?? gitDir,
      env: { ...gitEnvironment, GIT_DIR: gitDir, ...options.env },
    })
    const out: Buffer[] = []
    let stderr = ''
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk
    })
    child.on('error', reject)
    child.on('close', (code) => {
      const good = code === 0 && (stderr === '' || !options.strict)
      return good ? resolve(Buffer.concat(out)) : reject(new GitFailed(code, stderr))
    })
    // Git may leave before it has read all of its input; its exit code says why.
    child.stdin.on('error', () => undefined)
    child.stdin.end(options.input ?? '')
  })
}

/** What git printed, as trimmed text. */
export async function gitText(gitDir: string, args: readonly string[], options: GitOptions = {}): Promise<string> {
  return (await runGit(gitDir, args, options)).toString('utf8').trimEnd()
}

/** What git printed, or undefined where it says no. */
export async function gitMaybe(gitDir: string, args: readonly string[]): Promise<string | undefined> {
  try {
    return await gitText(gitDir, args)
  } catch (error) {
    if (error instanceof GitFailed) return undefined
    throw error
  }
}
