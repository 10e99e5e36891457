import type { Readable } from 'node:stream'
import type { ExecRequest } from '../../pipeline/ports/index.ts'

export interface OutputMeter {
  /** Bytes that have come so far, those beyond the limit included. */
  bytes(): number
  /** The last of what was written to stderr, for an error's text. */
  lastErrors(): string
}

const keptErrorBytes = 2048

/** Counts a command's output and hands it on, as far as it may. */
export interface OutputTaker extends OutputMeter {
  /** Resolves when the receiver has taken it; nothing more should be read before. */
  take(chunk: Buffer, stream: 'stdout' | 'stderr'): Promise<void>
}

/** `onLimit` is called when there is more than `maxBytes`; what is over is dropped. */
export function createOutputTaker(
  onOutput: ExecRequest['onOutput'],
  maxBytes: number,
  onLimit: () => void,
): OutputTaker {
  let bytes = 0
  let errors = Buffer.alloc(0)
  let turn = Promise.resolve()
  return {
    take: (chunk, stream) => {
      const room = maxBytes - bytes
      bytes += chunk.length
      if (stream === 'stderr') errors = Buffer.concat([errors, chunk]).subarray(-keptErrorBytes)
      if (chunk.length > room) onLimit()
      if (room <= 0) return turn
      const wanted = chunk.length > room ? chunk.subarray(0, room) : chunk
      turn = turn.then(() => onOutput(wanted, stream))
      return turn
    },
    bytes: () => bytes,
    lastErrors: () => errors.toString('utf8').trim(),
  }
}

/**
 * Hands a command's output on, chunk by chunk and in order. While the receiver is busy nothing is read, the pipe
 * fills and the command is held back, so memory stays bounded whatever it prints.
 */
export function pumpOutput(
  streams: { readonly stdout: Readable; readonly stderr: Readable },
  onOutput: ExecRequest['onOutput'],
  maxBytes: number,
  onLimit: () => void,
): OutputMeter & { readonly done: Promise<void> } {
  const taker = createOutputTaker(onOutput, maxBytes, onLimit)

  const pump = async (stream: 'stdout' | 'stderr') => {
    for await (const chunk of streams[stream]) await taker.take(chunk, stream)
  }

  return {
    done: Promise.all([pump('stdout'), pump('stderr')]).then(() => {}),
    bytes: taker.bytes,
    lastErrors: taker.lastErrors,
  }
}
