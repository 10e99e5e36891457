import { constants } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ExecEnd, ExecRequest } from '../../pipeline/ports/index.ts'
import { type CommandEnd, lateReason } from '../command/command-end.ts'
import { createCommandStop } from '../command/command-stop.ts'
import type { Budget } from '../command/phase-budget.ts'
import { createOutputTaker } from '../command/pump-output.ts'
import type { Guest } from './boot-guest.ts'
import type { FromGuest } from './guest-frames.ts'

export interface GuestRun extends CommandEnd {
  readonly ended: ExecEnd
  readonly outputBytes: number
  /** False if the machine is gone: what the command did to its disk is lost. */
  readonly whole: boolean
}

/** After a command is stopped, its guest has this long to kill it and to write everything down. */
const graceMs = 20_000
const pieceBytes = 65_536

type End = Extract<FromGuest, { kind: 'end' }>

/** Runs one command in a guest to its end. A guest that does not end what it is told to end is ended itself. */
export async function runInGuest(
  { machine, link }: Guest,
  request: ExecRequest,
  left: Budget,
  now: () => number,
  memoryKills: () => number,
): Promise<GuestRun> {
  const over = new AbortController()
  const kill = () => {
    link.send({ kind: 'kill' })
    void sleep(graceMs, undefined, { signal: over.signal, ref: false }).then(machine.kill, () => {})
  }
  const before = memoryKills()
  using stop = createCommandStop({ kill, signal: request.signal, wallMs: left.wallMs, overLimit: async () => null })
  const output = createOutputTaker(request.onOutput, left.outputBytes, () => stop.because('output'))
  try {
    const input = Buffer.from(request.stdin ?? '')
    for (let at = 0; at < input.length; at += pieceBytes) {
      link.send({ kind: 'input', piece: input.subarray(at, at + pieceBytes) })
    }
    link.send({ kind: 'command', now: now(), argv: request.argv, env: request.env })
    // What was said before the command was there has been forgotten.
    if (stop.reason() !== null) kill()
    const end = await readToEnd()
    if (end === null) {
      machine.kill()
      await machine.exited
      const reason = stop.reason() ?? (memoryKills() > before ? 'memory' : 'exited')
      return { ended: reason, exitCode: null, signal: 'SIGKILL', outputBytes: output.bytes(), whole: false }
    }
    const command = commandOf(end)
    const limit = end.disk ? 'disk' : end.memory ? 'memory' : null
    const reason = stop.reason() ?? (await lateReason(command, async () => limit))
    return { ended: reason ?? 'exited', ...command, outputBytes: output.bytes(), whole: true }
  } finally {
    over.abort()
  }

  async function readToEnd(): Promise<End | null> {
    for (let frame = await link.next(); frame !== null; frame = await link.next()) {
      if (frame.kind === 'end') return frame
      if (frame.kind !== 'output') return null
      if (stop.reason() !== null) continue
      const taken = output.take(frame.chunk, frame.stream).catch(() => stop.because('cancelled'))
      await Promise.race([taken, stop.happened])
    }
    return null
  }
}

function commandOf({ code, signal }: End): CommandEnd {
  const name = Object.entries(constants.signals).find(([, number]) => number === signal)?.[0]
  return name === undefined ? { exitCode: code, signal: null } : { exitCode: null, signal: name }
}
