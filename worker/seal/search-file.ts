import { readSync } from 'node:fs'
import { compressedStreams, depthLimit, findInside, insideOf, unfold } from './compressed-streams.ts'
import { searchStream } from './search-stream.ts'
import type { SecretHit, SecretSearch } from './secret-search.ts'

const windowBytes = 32 * 1024 * 1024
/** Enough for the header of any compressed stream to stand whole in one of two windows. */
const leastOverlap = 128 * 1024

export interface FileSearch {
  readonly search: SecretSearch
  /** Told of every byte that a long compressed stream unfolds to; may throw. */
  readonly spend: (bytes: number) => void
  /** Given every byte of the file once, in order. */
  readonly onBytes: (bytes: Uint8Array) => void
}

/** Searches a file of any size in windows that overlap, and what is compressed in it. */
export async function searchFile(file: number, size: number, deps: FileSearch): Promise<SecretHit | null> {
  const overlap = Math.max(leastOverlap, deps.search.span)
  const window = Buffer.allocUnsafe(Math.min(size, windowBytes))
  let start = 0
  let held = 0
  while (start + held < size) {
    const read = readSync(file, window, held, Math.min(window.length - held, size - start - held), start + held)
    if (read === 0) break
    deps.onBytes(window.subarray(held, held + read))
    held += read
    const isLast = start + held >= size
    if (held < window.length && !isLast) continue
    const hit = await searchWindow(file, start, window.subarray(0, held), isLast ? held : held - overlap, isLast, deps)
    if (hit !== null) return hit
    if (isLast) break
    window.copyWithin(0, held - overlap, held)
    start += held - overlap
    held = overlap
  }
  return null
}

/** Streams that begin at `end` or behind belong to the next window. */
async function searchWindow(
  file: number,
  start: number,
  window: Uint8Array,
  end: number,
  isLast: boolean,
  { search, spend }: FileSearch,
): Promise<SecretHit | null> {
  const plain = search.find(window)
  if (plain !== null) return { ...plain, offset: start + plain.offset }
  for (const stream of compressedStreams(window)) {
    if (stream.offset >= end) continue
    const unfolded = unfold(window, stream)
    if (unfolded.kind === 'nothing') continue
    const isWhole = unfolded.kind === 'data' && (isLast || !unfolded.atEnd)
    const hit = isWhole
      ? (search.find(unfolded.data) ?? findInside(unfolded.data, search, depthLimit - 1))
      : await searchStream(file, start + stream.dataOffset, stream.format, search, spend)
    if (hit !== null) return insideOf(stream.format, start + stream.offset, hit)
  }
  return null
}
