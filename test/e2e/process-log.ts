import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { z } from 'zod'

/** One line of pino's. */
export const logLineSchema = z.looseObject({ level: z.number(), msg: z.string().default('') })
export type LogLine = z.infer<typeof logLineSchema>

/** A real process of Airlock's, with what it logged. */
export interface LoggedProcess {
  readonly pid: number
  readonly lines: readonly LogLine[]
  /** All that it wrote and that is no log line. */
  readonly other: readonly string[]
  /** The first line, of those there are and those to come, that fits. Throws with the end of the log when none does in time. */
  waitFor(fits: (line: LogLine) => boolean, timeoutMs: number): Promise<LogLine>
  onLine(listen: (line: LogLine) => void): void
  kill(signal: NodeJS.Signals): void
  /** Ends it with SIGTERM, and after `graceMs` with SIGKILL; resolves with its exit code. */
  stop(graceMs?: number): Promise<number | null>
  readonly exited: Promise<number | null>
}

/** Dies with whoever started it, however that ends: a test run that is killed leaves no worker that goes on. */
const leash = ['--pdeathsig', 'KILL', '--', process.execPath] as const

/** `ownGroup`: as a shell starts a program in a terminal, so that one signal can go to it and all that it starts. */
export function startLoggedProcess(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  { ownGroup = false } = {},
): LoggedProcess {
  const stdio = ['ignore', 'pipe', 'pipe'] as const
  const child = spawn('/usr/bin/setpriv', [...leash, ...argv], {
    env: { ...env },
    stdio: [...stdio],
    detached: ownGroup,
  })
  const { pid } = child
  if (pid === undefined) throw new Error(`could not start ${argv.join(' ')}`)
  const lines: LogLine[] = []
  const other: string[] = []
  const listeners = new Set<(line: LogLine) => void>()
  readLines(child, (text) => {
    const line = parseLogLine(text)
    if (line === null) other.push(text)
    else {
      lines.push(line)
      for (const listen of listeners) listen(line)
    }
  })
  const exited = once(child, 'exit').then(() => child.exitCode)

  return {
    pid,
    lines,
    other,
    exited,
    onLine: (listen) => listeners.add(listen),
    kill: (signal) => child.kill(signal),
    async waitFor(fits, timeoutMs) {
      const { promise, resolve, reject } = Promise.withResolvers<LogLine>()
      const listen = (line: LogLine) => {
        if (fits(line)) resolve(line)
      }
      listeners.add(listen)
      for (const line of lines) listen(line)
      const describe = () => [...lines.slice(-15).map((line) => JSON.stringify(line)), ...other.slice(-15)].join('\n')
      const timer = setTimeout(
        () => reject(new Error(`no such log line in ${timeoutMs} ms:\n${describe()}`)),
        timeoutMs,
      )
      const ended = exited.then((code) => reject(new Error(`ended with ${code}:\n${describe()}`)))
      try {
        return await Promise.race([promise, ended.then(() => promise)])
      } finally {
        clearTimeout(timer)
        listeners.delete(listen)
      }
    },
    async stop(graceMs = 20_000) {
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs)
      child.kill('SIGTERM')
      const code = await exited
      clearTimeout(timer)
      return code
    },
  }
}

function readLines(child: ChildProcess, onLine: (text: string) => void): void {
  for (const stream of [child.stdout, child.stderr]) {
    if (stream !== null) createInterface({ input: stream }).on('line', onLine)
  }
}

function parseLogLine(text: string): LogLine | null {
  try {
    return logLineSchema.parse(JSON.parse(text))
  } catch {
    return null
  }
}
