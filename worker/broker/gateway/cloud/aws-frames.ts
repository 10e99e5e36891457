import { crc32 } from 'node:zlib'

/** One message of AWS's binary event stream. */
export interface AwsFrame {
  /** Those whose value is text. */
  readonly headers: ReadonlyMap<string, string>
  readonly payload: Buffer
}

export interface AwsFrameReader {
  /** The messages that are whole by now. Throws RangeError on what is no such stream: nothing after it can be read. */
  push(chunk: Buffer): readonly AwsFrame[]
  /** Is there a message of which the end has not come? */
  readonly isOpen: boolean
}

/** AWS sends at most 16 MiB in one. */
const maxFrameBytes = 16 * 1024 * 1024
const preludeBytes = 12
const checkBytes = 4

/** Cuts a stream into its messages: lengths and a check of them, headers, payload, a check of all. */
export function createAwsFrameReader(): AwsFrameReader {
  let chunks: Buffer[] = []
  let bytes = 0
  let wanted = preludeBytes
  return {
    push(chunk) {
      chunks.push(chunk)
      bytes += chunk.length
      const frames: AwsFrame[] = []
      while (bytes >= wanted) {
        const held = Buffer.concat(chunks)
        const length = readLength(held)
        wanted = Math.max(length, preludeBytes)
        chunks = [held]
        if (held.length < length) break
        frames.push(readFrame(held.subarray(0, length)))
        chunks = [held.subarray(length)]
        bytes -= length
        wanted = preludeBytes
      }
      return frames
    },
    get isOpen() {
      return bytes > 0
    },
  }
}

function readLength(held: Buffer): number {
  if (crc32(held.subarray(0, 8)) !== held.readUInt32BE(8)) throw new RangeError('the lengths do not fit their check')
  const length = held.readUInt32BE(0)
  if (length > maxFrameBytes) throw new RangeError(`a message of ${length} bytes`)
  return length
}

function readFrame(frame: Buffer): AwsFrame {
  const end = frame.length - checkBytes
  const payloadAt = preludeBytes + frame.readUInt32BE(4)
  if (payloadAt > end) throw new RangeError('headers that are longer than their message')
  if (crc32(frame.subarray(0, end)) !== frame.readUInt32BE(end))
    throw new RangeError('a message does not fit its check')
  return { headers: readHeaders(frame.subarray(preludeBytes, payloadAt)), payload: frame.subarray(payloadAt, end) }
}

/** Bytes of a value, by the number of its type: two truths, integers, then what says its own length, time, UUID. */
const fixedSizes: Readonly<Record<number, number>> = { 0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16 }
const textType = 7

/** Reading past the end throws RangeError. */
function readHeaders(bytes: Buffer): ReadonlyMap<string, string> {
  const headers = new Map<string, string>()
  for (let at = 0; at < bytes.length; ) {
    const nameEnd = at + 1 + bytes.readUInt8(at)
    const type = bytes.readUInt8(nameEnd)
    const fixed = fixedSizes[type]
    const valueAt = nameEnd + 1 + (fixed === undefined ? 2 : 0)
    const valueEnd = valueAt + (fixed ?? bytes.readUInt16BE(nameEnd + 1))
    if (type === textType)
      headers.set(bytes.toString('utf8', at + 1, nameEnd), bytes.toString('utf8', valueAt, valueEnd))
    at = valueEnd
  }
  return headers
}
