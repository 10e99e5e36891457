import type { Command, Io } from '../../cli/command.ts'
import { runCommandLine } from '../../cli/run-command-line.ts'
import type { Environment } from '../../cli/settings/parse-settings.ts'

interface Where {
  readonly env: Environment
  readonly cwd: string
  readonly timeoutMs?: number
}

interface Printed {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** A command as `airlock` runs it, in this process, with what it printed. */
export function runInProcess(command: Command, args: readonly string[], where: Where): Promise<Printed> {
  return printing(where, (io) => command.run(args, io))
}

/** One call of `airlock` by its whole command line, in this process. */
export function callInProcess(args: readonly string[], where: Where): Promise<Printed> {
  return printing(where, (io) => runCommandLine(args, io))
}

async function printing({ env, cwd, timeoutMs = 60_000 }: Where, run: (io: Io) => Promise<number>): Promise<Printed> {
  let [stdout, stderr] = ['', '']
  const status = await run({
    ...{ env, cwd, signal: AbortSignal.timeout(timeoutMs) },
    stdout: (text) => {
      stdout += text
    },
    stderr: (text) => {
      stderr += text
    },
  })
  return { status, stdout, stderr }
}
