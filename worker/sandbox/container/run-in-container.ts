import { randomUUID } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ExecEnd, type ExecRequest, type NetworkDevice, SandboxError } from '../../pipeline/ports/index.ts'
import { type NetworkCounters, openNetworkCounters, seenBy } from '../audit/network-counters.ts'
import { type CommandEnd, commandEnd, lateReason } from '../command/command-end.ts'
import { type CommandStop, createCommandStop } from '../command/command-stop.ts'
import type { Budget } from '../command/phase-budget.ts'
import { createOutputTaker, type OutputTaker } from '../command/pump-output.ts'
import { killAndWait } from '../reaper/kill-and-wait.ts'
import { isStillRunning } from '../reaper/process-identity.ts'
import { type ContainerPlace, memoryKills } from './container-place.ts'
import type { EngineClient } from './engine-client.ts'
import { encodeOrder, type FirstOrder, readyWord } from './first-process.ts'
import { type OutputFrame, readFrames } from './read-frames.ts'

export interface ContainerRun {
  readonly engine: EngineClient
  readonly id: string
  /** Of a container that was started and whose first process waits. */
  readonly connection: Duplex
  readonly order: Omit<FirstOrder, 'memoryWord'>
  readonly request: ExecRequest
  readonly left: Budget
  /** What of it is seen on the host; it was looked for when it was started. */
  readonly place: ContainerPlace | null
  readonly overDisk: () => Promise<boolean>
}

export interface RunEnd extends CommandEnd {
  readonly ended: ExecEnd
  readonly outputBytes: number
  /** Of the container's network namespace; left out where the worker does not see it. */
  readonly devices?: readonly NetworkDevice[]
}

const deathTimeoutMs = 15_000

/**
 * Gives the waiting container its command, and returns when the container has ended: however that comes about, by
 * then the kernel has ended every process in it.
 */
export async function runInContainer(run: ContainerRun): Promise<RunEnd> {
  const { engine, id, connection, request, left, place } = run
  const memoryWord = `out of memory ${randomUUID()}`
  using counters = place === null ? null : countersOf(place)
  const overLimit = async () => {
    if (memoryKills(place?.groups ?? []) > 0) return 'memory'
    return (await run.overDisk()) ? 'disk' : null
  }
  // That the Engine could not is seen when the container does not end.
  const kill = () => void engine.kill(id).catch(() => {})
  using stop = createCommandStop({ kill, signal: request.signal, wallMs: left.wallMs, overLimit })
  const output = createOutputTaker(request.onOutput, left.outputBytes, () => stop.because('output'))
  try {
    if (stop.reason() === null) {
      connection.write(encodeOrder({ ...run.order, memoryWord }))
      connection.end(request.stdin ?? '')
      stop.watch()
    }
    let broken: unknown = null
    const ready = createReadyCheck()
    const read = readOutput(ready.strip(readFrames(connection)), output, stop).catch((error: unknown) => {
      broken = error
    })
    await Promise.race([read, stop.happened])
    const command = commandEnd({ code: await endOf(run, place), signal: null })
    const killed = output.lastErrors().endsWith(memoryWord) || (await engine.inspect(id))?.memoryKilled === true
    const reason = stop.reason() ?? (await lateReason(command, killed ? async () => 'memory' : overLimit))
    if (reason === null && broken !== null) throw failed('the connection broke, and output with it', broken)
    if (reason === null && !ready.seen()) throw failed(output.lastErrors() || `exit ${command.exitCode}`)
    return { ended: reason ?? 'exited', ...command, outputBytes: output.bytes(), ...seenBy(counters) }
  } finally {
    connection.destroy()
  }
}

/** Null where the namespaces are the worker's own, and where the number may be somebody else's by now. */
function countersOf({ first, namespace }: ContainerPlace): NetworkCounters | null {
  if (namespace === null) return null
  const counters = openNetworkCounters(first.pid)
  if (isStillRunning(first)) return counters
  counters[Symbol.dispose]()
  return null
}

async function readOutput(frames: AsyncIterable<OutputFrame>, output: OutputTaker, stop: CommandStop): Promise<void> {
  for await (const { stream, chunk } of frames) {
    await output.take(chunk, stream).catch(() => stop.because('cancelled'))
    if (stop.reason() !== null) return
  }
}

/** Takes away the first process's word from the front. Without it, an exit code is the runtime's and no command's. */
function createReadyCheck() {
  let missing = readyWord
  return {
    seen: () => missing === '',
    async *strip(frames: AsyncIterable<OutputFrame>): AsyncGenerator<OutputFrame> {
      for await (const { stream, chunk } of frames) {
        const own = stream === 'stdout' ? Math.min(missing.length, chunk.length) : 0
        if (chunk.toString('latin1', 0, own) !== missing.slice(0, own)) return
        missing = missing.slice(own)
        if (own < chunk.length) yield { stream, chunk: chunk.subarray(own) }
      }
    },
  }
}

function failed(why: string, cause?: unknown): SandboxError {
  return new SandboxError('start-failed', `the container did not run its command: ${why}`, { cause })
}

/** The exit code. An Engine that does not manage to end it is helped, where the worker can see and end it itself. */
async function endOf({ engine, id }: ContainerRun, place: ContainerPlace | null): Promise<number> {
  const over = new AbortController()
  const ended = engine.wait(id, over.signal)
  const late = sleep(deathTimeoutMs, null, { ref: false })
  try {
    const code = await Promise.race([ended, late])
    if (code !== null) return code
    if (place !== null) await killAndWait([place.first], deathTimeoutMs)
    const afterwards = await Promise.race([ended, sleep(deathTimeoutMs, null, { ref: false })])
    if (afterwards !== null) return afterwards
    throw new SandboxError('not-destroyed', 'the container did not end when it was killed')
  } finally {
    over.abort()
    ended.catch(() => {})
  }
}
