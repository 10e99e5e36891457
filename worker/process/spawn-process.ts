import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'

export interface SpawnOptions {
  readonly cwd?: string
  /** The child's whole environment. */
  readonly env: Readonly<Record<string, string>>
  /** As Node's: file descriptors to hand over by number. */
  readonly stdio: StdioOptions
  readonly uid?: number
  readonly gid?: number
}

/**
 * Starts a long-lived program whose streams and end the caller looks after. Argument list only, never a shell. In a
 * session of its own: Ctrl-C goes to every program of the terminal's group, and a sandbox, or Redis, that died of it
 * would leave nothing to drain.
 */
export function spawnProcess(argv: readonly string[], options: SpawnOptions): ChildProcess {
  const [program, ...args] = argv
  if (program === undefined) throw new TypeError('an argument list needs a program')
  return spawn(program, args, { ...options, env: { ...options.env }, detached: true, shell: false, windowsHide: true })
}
