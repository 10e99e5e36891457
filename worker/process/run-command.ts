/**
 * Where Airlock starts programs that come to their end by themselves; its neighbour starts those that don't.
 *
 * Argument lists only, never a shell; the environment is exactly what the caller gives, never inherited, so that
 * no key of the host's can slip into a child; every run has a time limit and an output limit.
 */
import { type CollectedOutput, collectOutput } from './collect-output.ts'

export interface CommandOptions {
  readonly cwd?: string
  /** The child's whole environment. */
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string | Uint8Array
  /** Milliseconds until the child is told to end, and killed soon after. */
  readonly timeoutMs?: number
  /** Bytes of each of stdout and stderr that are kept; more ends the run with `output-limit`. */
  readonly maxBytes?: number
  readonly signal?: AbortSignal | undefined
  readonly uid?: number
  readonly gid?: number
}

export interface CommandResult {
  readonly stdout: Buffer
  readonly stderr: string
}

export type CommandErrorCode = 'not-found' | 'exit' | 'signal' | 'timeout' | 'output-limit' | 'cancelled' | 'spawn'

/** A program that did not end with 0. `stderr` is its last 4 KiB; `program` is its name without arguments. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly code: CommandErrorCode
  readonly program: string
  readonly exitCode: number | null
  readonly stderr: string

  constructor(
    facts: { code: CommandErrorCode; program: string; exitCode: number | null; stderr: string },
    options?: ErrorOptions,
  ) {
    super(
      `${facts.program}: ${facts.code}${facts.exitCode === null ? '' : ` ${facts.exitCode}`}: ${facts.stderr}`,
      options,
    )
    this.code = facts.code
    this.program = facts.program
    this.exitCode = facts.exitCode
    this.stderr = facts.stderr
  }
}

const defaultTimeoutMs = 60_000
const defaultMaxBytes = 16 * 1024 * 1024

/** Runs a program to its end and returns what it wrote. Throws CommandError for any end but exit 0. */
export async function runCommand(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const { env = {}, timeoutMs = defaultTimeoutMs, maxBytes = defaultMaxBytes, signal, input, ...where } = options
  const [program] = argv
  if (program === undefined) throw new TypeError('an argument list needs a program')
  const result = await collectOutput(argv, { ...where, env, timeoutMs, maxBytes, signal, input })
  const stderr = result.stderr.subarray(-4096).toString('utf8').trim()
  const code = failureCode(result)
  if (code === null) return { stdout: result.stdout, stderr }
  throw new CommandError({ code, program, exitCode: result.exitCode, stderr }, { cause: result })
}

function failureCode({ stopped, error, signal, exitCode }: CollectedOutput): CommandErrorCode | null {
  if (stopped !== null) return stopped
  if (error !== null) return 'code' in error && error.code === 'ENOENT' ? 'not-found' : 'spawn'
  if (signal !== null) return 'signal'
  return exitCode === 0 ? null : 'exit'
}
