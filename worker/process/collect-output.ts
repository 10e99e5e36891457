import type { ChildProcess } from 'node:child_process'
import type { Readable } from 'node:stream'
import { type SpawnOptions, spawnProcess } from './spawn-process.ts'

export interface CollectOptions extends Omit<SpawnOptions, 'stdio'> {
  readonly input: string | Uint8Array | undefined
  readonly timeoutMs: number
  /** Of each of stdout and stderr. */
  readonly maxBytes: number
  readonly signal: AbortSignal | undefined
}

export type StopReason = 'timeout' | 'cancelled' | 'output-limit'

/** How a program ended, and what it had written until then. */
export interface CollectedOutput {
  readonly stdout: Buffer
  readonly stderr: Buffer
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  /** It could not be started. */
  readonly error: Error | null
  /** What it was told to end for; null: nothing. */
  readonly stopped: StopReason | null
}

/** From asking a program to end until it is killed, and from then until nobody waits for its output any more. */
const killAfterMs = 2000
const leaveAfterMs = 3000

/** Programs that run now: they must not outlive us, and are in no group that would end with ours. */
const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) endGroup(child, 'SIGTERM')
})

/** Runs a program until it has ended and its output is closed. Never throws for how that went. */
export async function collectOutput(argv: readonly string[], options: CollectOptions): Promise<CollectedOutput> {
  const { input, timeoutMs, maxBytes, signal, ...where } = options
  const none = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0), exitCode: null, signal: null }
  if (signal?.aborted) return { ...none, error: null, stopped: 'cancelled' }
  const child = start(argv, { ...where, stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'] })
  if (child instanceof Error) return { ...none, error: child, stopped: null }

  running.add(child)
  using stopper = createStopper(child, timeoutMs, signal)
  const stdout = keep(child.stdout, maxBytes, stopper)
  const stderr = keep(child.stderr, maxBytes, stopper)
  // One that does not read all of its input says by its end whether it minds.
  child.stdin?.on('error', () => undefined).end(input)
  const end = await endOf(child)
  running.delete(child)
  return { ...end, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr), stopped: stopper.stopped() }
}

/** Node throws some of what keeps a program from starting, and emits the rest. */
function start(argv: readonly string[], options: SpawnOptions): ChildProcess | Error {
  try {
    return spawnProcess(argv, options)
  } catch (error) {
    return error instanceof Error ? error : new Error('a program could not be started', { cause: error })
  }
}

function endOf(child: ChildProcess): Promise<Pick<CollectedOutput, 'exitCode' | 'signal' | 'error'>> {
  return new Promise((resolve) => {
    child.on('error', (error) => {
      if (child.pid === undefined) resolve({ exitCode: null, signal: null, error })
    })
    child.on('close', (exitCode, signal) => resolve({ exitCode, signal, error: null }))
  })
}

interface Stopper extends Disposable {
  stop(why: StopReason): void
  stopped(): StopReason | null
}

function createStopper(child: ChildProcess, timeoutMs: number, signal: AbortSignal | undefined): Stopper {
  let stopped: StopReason | null = null
  const timers = [setTimeout(() => stop('timeout'), timeoutMs)]
  const onAbort = () => stop('cancelled')
  signal?.addEventListener('abort', onAbort)

  function stop(why: StopReason): void {
    if (stopped !== null) return
    stopped = why
    endGroup(child, 'SIGTERM')
    timers.push(setTimeout(() => endGroup(child, 'SIGKILL'), killAfterMs))
    timers.push(setTimeout(() => leave(child), leaveAfterMs))
  }

  return {
    stop,
    stopped: () => stopped,
    [Symbol.dispose]: () => {
      for (const timer of timers) clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    },
  }
}

/** What the program started itself (git's transports) would else live on, and keep its output open. */
function endGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, signal)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

/**
 * What went into a session of its own is not killed with the rest. As long as it holds the output open, which may be for
 * ever, the run would not end: so the output is closed on this side.
 */
function leave({ stdout, stderr }: ChildProcess): void {
  stdout?.destroy()
  stderr?.destroy()
}

/** What comes after the limit is read and dropped, so that the program comes to its end. */
function keep(stream: Readable | null, maxBytes: number, stopper: Stopper): readonly Buffer[] {
  const chunks: Buffer[] = []
  let bytes = 0
  stream?.on('data', (chunk: Buffer) => {
    const room = maxBytes - bytes
    bytes += chunk.length
    if (room > 0) chunks.push(chunk.subarray(0, room))
    if (bytes > maxBytes) stopper.stop('output-limit')
  })
  return chunks
}
