/**
 * The only place where Airlock starts programs. Imports nothing of ours.
 *
 * Argument lists only, never a shell; the environment is exactly what the caller gives, never inherited, so that
 * no key of the host's can slip into a child; every run has a time limit and an output limit.
 */
import type { Readable } from 'node:stream'
import { execa } from 'execa'

export interface CommandOptions {
  readonly cwd?: string
  /** The child's whole environment. */
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string | Uint8Array
  /** Milliseconds until the child is killed. */
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
/** From asking a program to end until it is killed, and from then until nobody waits for its output any more. */
const killAfterMs = 2000
const leaveAfterMs = 3000

/** Runs a program to its end and returns what it wrote. Throws CommandError for any end but exit 0. */
export async function runCommand(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const [program, ...args] = argv
  if (program === undefined) throw new TypeError('an argument list needs a program')
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs
  const running = execa(program, args, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.input === undefined ? { stdin: 'ignore' } : { input: options.input }),
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
    ...(options.uid === undefined ? {} : { uid: options.uid }),
    ...(options.gid === undefined ? {} : { gid: options.gid }),
    env: { ...options.env },
    extendEnv: false,
    encoding: 'buffer',
    timeout: timeoutMs,
    maxBuffer: options.maxBytes ?? defaultMaxBytes,
    forceKillAfterDelay: killAfterMs,
    // What the program started itself (git's transports) would else live on, and keep its output open.
    killDescendants: true,
    stripFinalNewline: false,
    reject: false,
    windowsHide: true,
  })
  using _end = leaveInTime(running, timeoutMs, options.signal)
  const result = await running
  const stderr = Buffer.from(result.stderr).subarray(-4096).toString('utf8').trim()
  if (result.failed) {
    throw new CommandError(
      { code: failureCode(result), program, exitCode: result.exitCode ?? null, stderr },
      { cause: result },
    )
  }
  return { stdout: Buffer.from(result.stdout), stderr }
}

/**
 * What went into a session of its own is not killed with the rest. As long as it holds the output open, which may be for
 * ever, the run would not end: so the output is closed on this side.
 */
function leaveInTime(
  { stdout, stderr }: { readonly stdout: Readable; readonly stderr: Readable },
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Disposable {
  const leave = () => {
    stdout.destroy()
    stderr.destroy()
  }
  const timers = [setTimeout(leave, timeoutMs + leaveAfterMs)]
  const onAbort = () => timers.push(setTimeout(leave, leaveAfterMs))
  signal?.addEventListener('abort', onAbort)
  if (signal?.aborted) onAbort()
  return {
    [Symbol.dispose]: () => {
      for (const timer of timers) clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    },
  }
}

function failureCode(result: {
  timedOut: boolean
  isCanceled: boolean
  isMaxBuffer: boolean
  code?: string | undefined
  signal?: string | undefined
  exitCode?: number | undefined
}): CommandErrorCode {
  if (result.timedOut) return 'timeout'
  if (result.isCanceled) return 'cancelled'
  if (result.isMaxBuffer) return 'output-limit'
  if (result.code === 'ENOENT') return 'not-found'
  if (result.signal !== undefined) return 'signal'
  return result.exitCode === undefined ? 'spawn' : 'exit'
}
