import type { ChildProcess } from 'node:child_process'
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
  const sandbox = await create(spec)
  const firstByte = (await firstByteAt(sandbox)) - startedAt
  await sandbox.destroy()
  return { firstByte, whole: performance.now() - startedAt }
}

/** When the first byte of a command in it came, by `performance.now()`. Returns at the command's end. */
export async function firstByteAt(sandbox: Sandbox): Promise<number> {
  let at = Number.NaN
  const { exitCode } = await sandbox.exec({
    argv: readyCommand,
    env: {},
    signal: AbortSignal.timeout(120_000),
    onOutput() {
      at = Number.isNaN(at) ? performance.now() : at
    },
  })
  checkRan(at, exitCode)
  return at
}

export interface ProgramOptions extends Omit<SpawnOptions, 'stdio'> {
  /** Open sockets that it is handed, as files from number 3 on. */
  readonly sockets?: number
}

export interface StartedProgram {
  readonly child: ChildProcess
  /** Milliseconds from the start until `ready` came out of it; NaN: it ended before. */
  readonly ready: Promise<number>
  readonly exitCode: Promise<number | null>
}

/** A program that starts a sandbox by itself. */
export function startProgram(argv: readonly string[], { sockets = 0, ...options }: ProgramOptions): StartedProgram {
  const startedAt = performance.now()
  const handed = Array.from({ length: sockets }, () => 'pipe' as const)
  const child = spawnProcess(argv, { ...options, stdio: ['ignore', 'pipe', 'inherit', ...handed] })
  const ended = once(child, 'close')
  const ready = new Promise<number>((resolve) => {
    let said = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString('latin1')
      if (said.includes('ready')) resolve(performance.now() - startedAt)
    })
    child.once('close', () => resolve(Number.NaN))
  })
  return { child, ready, exitCode: ended.then(() => child.exitCode) }
}

export async function timeProgram(argv: readonly string[], options: ProgramOptions): Promise<StartTimes> {
  const startedAt = performance.now()
  const { ready, exitCode } = startProgram(argv, options)
  const firstByte = await ready
  checkRan(firstByte, await exitCode)
  return { firstByte, whole: performance.now() - startedAt }
}

/** A sandbox that did not start would be the fastest of all. */
function checkRan(firstByte: number, exitCode: number | null): void {
  if (exitCode !== 0 || Number.isNaN(firstByte)) throw new Error(`the command did not run (exit ${exitCode})`)
}
