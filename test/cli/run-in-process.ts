import type { Command } from '../../cli/command.ts'
import type { Environment } from '../../cli/settings/parse-settings.ts'

interface Where {
  readonly env: Environment
  readonly cwd: string
  readonly timeoutMs?: number
}

/** A command as `airlock` runs it, in this process, with what it printed. */
export async function runInProcess(
  command: Command,
  args: readonly string[],
  { env, cwd, timeoutMs = 60_000 }: Where,
): Promise<{ readonly status: number; readonly stdout: string; readonly stderr: string }> {
  let [stdout, stderr] = ['', '']
  const status = await command.run(args, {
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
