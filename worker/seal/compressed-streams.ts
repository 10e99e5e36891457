import { Buffer } from 'node:buffer'
import { constants, inflateRawSync, zstdDecompressSync } from 'node:zlib'
import type { SecretHit, SecretSearch } from './secret-search.ts'

/**
 * Compressed data is looked for at every offset, not by file type: git packs, tarballs, zip files and caches of
 * package managers all hold such streams in the middle.
 */
export type StreamFormat = 'gzip' | 'zlib' | 'zip' | 'zstd'

export interface CompressedStream {
  readonly format: StreamFormat
  readonly offset: number
  /** Where its compressed bytes begin; later than `offset` for a member of a zip file. */
  readonly dataOffset: number
}

/** Bytes that one stream may unfold to in memory. */
export const inflatedLimit = 64 * 1024 * 1024
const depthLimit = 2

/** Searches what is compressed inside `content`. Throws RangeError when a stream unfolds to more than the limit. */
export function findInside(content: Uint8Array, search: SecretSearch, depth = depthLimit): SecretHit | null {
  if (depth === 0) return null
  for (const stream of compressedStreams(content)) {
    const inflated = inflate(content, stream)
    if (inflated === null) continue
    const hit = search.find(inflated) ?? findInside(inflated, search, depth - 1)
    if (hit !== null) return { ...hit, encoding: `${stream.format}+${hit.encoding}`, offset: stream.offset }
  }
  return null
}

/** Every place in `content` where compressed data may begin. Most are chance, and fail at once when unfolded. */
export function* compressedStreams(content: Uint8Array): Generator<CompressedStream> {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength)
  for (const offset of occurrences(bytes, gzipMagic)) {
    yield { format: 'gzip', offset, dataOffset: gzipDataOffset(bytes, offset) }
  }
  for (const offset of occurrences(bytes, zipMagic)) {
    if (offset + zipHeaderBytes > bytes.length) continue
    const names = bytes.readUInt16LE(offset + 26) + bytes.readUInt16LE(offset + 28)
    yield { format: 'zip', offset, dataOffset: offset + zipHeaderBytes + names }
  }
  for (const magic of zlibMagics) {
    for (const offset of occurrences(bytes, magic)) yield { format: 'zlib', offset, dataOffset: offset + magic.length }
  }
  for (const offset of occurrences(bytes, zstdMagic)) yield { format: 'zstd', offset, dataOffset: offset }
}

const gzipMagic = Buffer.from([0x1f, 0x8b, 0x08])
const zstdMagic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd])
const zipMagic = Buffer.from('PK\x03\x04', 'latin1')
const zipHeaderBytes = 30
const zlibMagics = [0x01, 0x5e, 0x9c, 0xda].map((level) => Buffer.from([0x78, level]))

function* occurrences(bytes: Buffer, magic: Buffer): Generator<number> {
  for (let offset = bytes.indexOf(magic); offset !== -1; offset = bytes.indexOf(magic, offset + 1)) yield offset
}

/** Behind the ten fixed bytes of a gzip header and the optional fields that its flags announce (RFC 1952). */
function gzipDataOffset(bytes: Buffer, offset: number): number {
  const flags = bytes[offset + 3] ?? 0
  let position = offset + 10
  if ((flags & 4) !== 0) position += 2 + (bytes[position] ?? 0) + 256 * (bytes[position + 1] ?? 0)
  if ((flags & 8) !== 0) position = bytes.indexOf(0, position) + 1
  if ((flags & 16) !== 0) position = bytes.indexOf(0, position) + 1
  return (flags & 2) === 0 ? position : position + 2
}

/**
 * What a stream unfolds to, as far as `content` reaches; null if there is no such stream. All but zstd is read as
 * bare deflate data, because a checksum that is wrong or cut off hides nothing from who wants to read it.
 */
function inflate(content: Uint8Array, stream: CompressedStream): Buffer | null {
  const data = content.subarray(stream.dataOffset)
  const bounds = { maxOutputLength: inflatedLimit }
  try {
    return stream.format === 'zstd'
      ? zstdDecompressSync(data, { ...bounds, finishFlush: constants.ZSTD_e_flush })
      : inflateRawSync(data, { ...bounds, finishFlush: constants.Z_SYNC_FLUSH })
  } catch (error) {
    if (isTooLarge(error))
      throw new RangeError('compressed data unfolds to more than can be searched', { cause: error })
    return null
  }
}

function isTooLarge(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
}
