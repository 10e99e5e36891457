import { Buffer } from 'node:buffer'
import { constants, inflateRawSync, zstdDecompressSync } from 'node:zlib'
import { z } from 'zod'
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

/** Compressed data unfolds to more than can be searched: nothing can be said of it, so nobody may have it. */
export class UnsearchableError extends Error {
  override readonly name = 'UnsearchableError'

  constructor() {
    super('it holds compressed data that unfolds to more than can be searched')
  }
}

/** Bytes that one stream may unfold to in memory. */
const inflatedLimit = 64 * 1024 * 1024
/** Compressed data inside compressed data, and again. */
export const depthLimit = 3

/** Searches what is compressed inside `content`. Throws UnsearchableError. */
export function findInside(content: Uint8Array, search: SecretSearch, depth = depthLimit): SecretHit | null {
  if (depth === 0) return null
  for (const stream of compressedStreams(content)) {
    const unfolded = unfold(content, stream)
    if (unfolded.kind === 'nothing') continue
    if (unfolded.kind === 'too-large') throw new UnsearchableError()
    const hit = search.find(unfolded.data) ?? findInside(unfolded.data, search, depth - 1)
    if (hit !== null) return insideOf(stream.format, stream.offset, hit)
  }
  return null
}

export function insideOf(format: StreamFormat, offset: number, hit: SecretHit): SecretHit {
  return { ...hit, encoding: `${format}+${hit.encoding}`, offset }
}

/**
 * Every place in `content` where compressed data may begin. Most are chance, and fail at once when unfolded. One
 * pass of our own: the built-in search slows down a hundredfold on a file of nothing but first bytes.
 */
export function* compressedStreams(content: Uint8Array): Generator<CompressedStream> {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength)
  for (let offset = nextFirstByte(bytes, 0); offset < bytes.length; offset = nextFirstByte(bytes, offset + 1)) {
    const stream = streamAt(bytes, offset)
    if (stream !== null) yield stream
  }
}

const zlibFirst = 0x78
/** What follows it for each level of compression. */
const zlibLevels = new Set([0x01, 0x5e, 0x9c, 0xda])
const gzipMagic = Buffer.from([0x1f, 0x8b, 0x08])
const zstdMagic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd])
const zipMagic = Buffer.from('PK\x03\x04', 'latin1')
const zipHeaderBytes = 30

const isFirstByte = new Uint8Array(256)
for (const first of [zlibFirst, gzipMagic[0], zstdMagic[0], zipMagic[0]]) isFirstByte[first ?? 0] = 1

/** Where the next byte is with which a magic number starts; the length if there is none. */
function nextFirstByte(bytes: Uint8Array, from: number): number {
  const end = bytes.length
  let offset = from
  while (offset < end && isFirstByte[bytes[offset] ?? 0] === 0) offset += 1
  return offset
}

function streamAt(bytes: Buffer, offset: number): CompressedStream | null {
  if (bytes[offset] === zlibFirst) {
    return zlibLevels.has(bytes[offset + 1] ?? 0) ? { format: 'zlib', offset, dataOffset: offset + 2 } : null
  }
  if (startsWith(bytes, offset, gzipMagic)) {
    return { format: 'gzip', offset, dataOffset: gzipDataOffset(bytes, offset) }
  }
  if (startsWith(bytes, offset, zstdMagic)) return { format: 'zstd', offset, dataOffset: offset }
  if (!startsWith(bytes, offset, zipMagic) || offset + zipHeaderBytes > bytes.length) return null
  const names = bytes.readUInt16LE(offset + 26) + bytes.readUInt16LE(offset + 28)
  return { format: 'zip', offset, dataOffset: offset + zipHeaderBytes + names }
}

function startsWith(bytes: Buffer, offset: number, magic: Buffer): boolean {
  for (let index = 1; index < magic.length; index += 1) {
    if (bytes[offset + index] !== magic[index]) return false
  }
  return bytes[offset] === magic[0]
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

export type Unfolded =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'too-large' }
  /** `atEnd`: every byte that was there was used, so that the stream may go on where `content` was cut. */
  | { readonly kind: 'data'; readonly data: Uint8Array; readonly atEnd: boolean }

/**
 * What a stream unfolds to, as far as `content` reaches. All but zstd is read as bare deflate data, because a
 * checksum that is wrong or cut off hides nothing from who wants to read it.
 */
export function unfold(content: Uint8Array, stream: CompressedStream): Unfolded {
  const input = content.subarray(stream.dataOffset)
  const bounds = { maxOutputLength: inflatedLimit, info: true } as const
  try {
    const result: unknown =
      stream.format === 'zstd'
        ? zstdDecompressSync(input, { ...bounds, finishFlush: constants.ZSTD_e_flush })
        : inflateRawSync(input, { ...bounds, finishFlush: constants.Z_SYNC_FLUSH })
    const { buffer, engine } = unfoldedSchema.parse(result)
    return { kind: 'data', data: buffer, atEnd: engine.bytesWritten >= input.length }
  } catch (error) {
    return { kind: isTooLarge(error) ? 'too-large' : 'nothing' }
  }
}

/** What zlib answers with `info`, which its types do not know. */
const unfoldedSchema = z.object({ buffer: z.instanceof(Uint8Array), engine: z.object({ bytesWritten: z.number() }) })

function isTooLarge(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
}
