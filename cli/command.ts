import { type ParseArgsConfig, parseArgs } from 'node:util'
import type { Environment } from './settings/parse-settings.ts'

/** What a command may use of the process that it runs in. */
export interface Io {
  readonly env: Environment
  readonly cwd: string
  readonly stdout: (text: string) => void
  readonly stderr: (text: string) => void
  /** Aborted by SIGINT or SIGTERM. */
  readonly signal: AbortSignal
}

/** One command of `airlock`. */
export interface Command {
  /** Usage, options and examples, as `--help` prints them. */
  readonly help: string
  /** Returns the exit status. Throws UsageError for a wrong call. */
  run(args: readonly string[], io: Io): Promise<number>
}

/** The call itself is wrong: exit 2, with the line that would be right. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  readonly right: string

  constructor(what: string, right: string) {
    super(what)
    this.right = right
  }
}

type Options = NonNullable<ParseArgsConfig['options']>

/** The options of a call that takes nothing else. `right` is an example of a right one. Throws UsageError. */
export function parseFlags<const T extends Options>(args: readonly string[], options: T, right: string) {
  const { values, positionals } = parseFlagsAndWords(args, options, right)
  if (positionals[0] !== undefined) throw new UsageError(`${positionals[0]} belongs to no option`, right)
  return values
}

/** Node's own parser, with its complaints turned into UsageError, for calls that have verbs or files beside options. */
export function parseFlagsAndWords<const T extends Options>(args: readonly string[], options: T, right: string) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
  } catch (error) {
    if (error instanceof TypeError && 'code' in error) throw new UsageError(error.message, right)
    throw error
  }
}
