import { once } from 'node:events'
import type { SandboxSpec } from '../../worker/pipeline/ports/index.ts'
import type { Sandbox } from '../../worker/pipeline/ports/sandbox.ts'
import { type SpawnOptions, spawnProcess } from '../../worker/process/spawn-process.ts'

/** Milliseconds from the decision to start: to the command's first byte, and to the end of all that belongs to it. */
export interface StartTimes extends Readonly<Record<string, number>> {
  readonly firstByte: number
  readonly whole: number
}

/** The smallest program that can tell that it runs. */
export const readyCommand = ['/bin/echo', 'ready']

/** One of our sandboxes: made, used once, destroyed with proof. */
export async function timeSandbox(
  create: (spec: SandboxSpec) => Promise<Sandbox>,
  spec: SandboxSpec,
): Promise<StartTimes> {
  const startedAt = performance.now()
  let firstByte = Number.NaN
  const sandbox = await create(spec)
  const { exitCode } = await sandbox.exec({
    argv: readyCommand,
    env: {},
    signal: AbortSignal.timeout(30_000),
    onOutput() {
      firstByte = Number.isNaN(firstByte) ? performance.now() - startedAt : firstByte
    },
  })
  await sandbox.destroy()
  return checked({ firstByte, whole: performance.now() - startedAt }, exitCode)
}

/** A program that starts a sandbox by itself. */
export async function timeProgram(argv: readonly string[], options: Omit<SpawnOptions, 'stdio'>): Promise<StartTimes> {
  const startedAt = performance.now()
  let firstByte = Number.NaN
  const child = spawnProcess(argv, { ...options, stdio: ['ignore', 'pipe', 'inherit'] })
  child.stdout?.once('data', () => {
    firstByte = performance.now() - startedAt
  })
  child.stdout?.resume()
  await once(child, 'close')
  return checked({ firstByte, whole: performance.now() - startedAt }, child.exitCode)
}

/** A sandbox that did not start would be the fastest of all. */
function checked(times: StartTimes, exitCode: number | null): StartTimes {
  if (exitCode !== 0 || Number.isNaN(times.firstByte)) throw new Error(`the command did not run (exit ${exitCode})`)
  return times
}
