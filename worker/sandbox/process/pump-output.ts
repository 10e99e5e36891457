import type { Readable } from 'node:stream'
import type { ExecRequest } from '../../pipeline/ports/index.ts'

export interface OutputMeter {
  /** Bytes that have come so far, those beyond the limit included. */
  bytes(): number
  /** The last of what was written to stderr, for an error's text. */
  lastErrors(): string
}

const keptErrorBytes = 2048

/**
 * Hands a command's output on, chunk by chunk and in order. While the receiver is busy nothing is read, the pipe
 * fills and the command is held back, so memory stays bounded whatever it prints. `onLimit` is called once when
 * there is more than `maxBytes`; what is over is dropped.
 */
export function pumpOutput(
  streams: { readonly stdout: Readable; readonly stderr: Readable },
  onOutput: ExecRequest['onOutput'],
  maxBytes: number,
  onLimit: () => void,
): OutputMeter & { readonly done: Promise<void> } {
  let bytes = 0
  let errors = Buffer.alloc(0)
  let turn = Promise.resolve()

  const take = (chunk: Buffer, stream: 'stdout' | 'stderr'): Promise<void> => {
    const room = maxBytes - bytes
    bytes += chunk.length
    if (stream === 'stderr') errors = Buffer.concat([errors, chunk]).subarray(-keptErrorBytes)
    if (chunk.length > room) onLimit()
    if (room <= 0) return turn
    const wanted = chunk.length > room ? chunk.subarray(0, room) : chunk
    turn = turn.then(() => onOutput(wanted, stream))
    return turn
  }

  const pump = async (stream: 'stdout' | 'stderr') => {
    for await (const chunk of streams[stream]) await take(chunk, stream)
  }

  return {
    done: Promise.all([pump('stdout'), pump('stderr')]).then(() => {}),
    bytes: () => bytes,
    lastErrors: () => errors.toString('utf8').trim(),
  }
}
