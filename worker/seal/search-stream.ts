import { readSync } from 'node:fs'
import { Readable } from 'node:stream'
import { createInflateRaw, createZstdDecompress } from 'node:zlib'
import { depthLimit, findInside, type StreamFormat } from './compressed-streams.ts'
import type { SecretHit, SecretSearch } from './secret-search.ts'

const readBytes = 1024 * 1024
const windowBytes = 8 * 1024 * 1024

/**
 * Unfolds a long compressed stream of a file from `position` on, window by window, and searches each. `spend` is
 * told of every unfolded byte and may throw. A stream that breaks is searched as far as it goes.
 */
export async function searchStream(
  file: number,
  position: number,
  format: StreamFormat,
  search: SecretSearch,
  spend: (bytes: number) => void,
): Promise<SecretHit | null> {
  const source = Readable.from(readFrom(file, position))
  const decoder = format === 'zstd' ? createZstdDecompress() : createInflateRaw({ chunkSize: readBytes })
  source.on('error', (error) => decoder.destroy(error))
  let chunks: Buffer[] = []
  let held = 0
  try {
    for await (const chunk of source.pipe(decoder)) {
      spend(chunk.length)
      chunks.push(chunk)
      held += chunk.length
      if (held < windowBytes) continue
      const window = Buffer.concat(chunks)
      const hit = searchWindow(window, search)
      if (hit !== null) return hit
      chunks = [Buffer.from(window.subarray(held - search.span))]
      held = search.span
    }
  } catch (error) {
    if (!isDataError(error)) throw error
  } finally {
    source.destroy()
    decoder.destroy()
  }
  return searchWindow(Buffer.concat(chunks), search)
}

function* readFrom(file: number, position: number): Generator<Buffer> {
  for (let at = position; ; ) {
    const chunk = Buffer.allocUnsafe(readBytes)
    const read = readSync(file, chunk, 0, readBytes, at)
    if (read === 0) return
    at += read
    yield chunk.subarray(0, read)
  }
}

function searchWindow(window: Buffer, search: SecretSearch): SecretHit | null {
  return search.find(window) ?? findInside(window, search, depthLimit - 1)
}

/** zlib's and zstd's own errors carry their codes; everything else is a failure of ours. */
function isDataError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^Z(STD)?_/.test(String(error.code))
}
