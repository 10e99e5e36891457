export interface OutputFrame {
  readonly stream: 'stdout' | 'stderr'
  readonly chunk: Buffer
}

const headerBytes = 8
const standardError = 2

/**
 * Takes apart the one connection on which an Engine sends both streams of a container: each piece has 8 bytes before
 * it, the first of which names the stream, the last four its length. Pieces are handed on as they come, whole or not,
 * and nothing is read while the receiver is busy, so the command is held back and memory stays bounded.
 */
export async function* readFrames(connection: AsyncIterable<Buffer>): AsyncGenerator<OutputFrame> {
  let header = Buffer.alloc(0)
  let left = 0
  for await (let bytes of connection) {
    while (bytes.length > 0) {
      if (left === 0) {
        const missing = headerBytes - header.length
        header = Buffer.concat([header, bytes.subarray(0, missing)])
        bytes = bytes.subarray(missing)
        if (header.length < headerBytes) break
        left = header.readUInt32BE(4)
        if (left === 0) header = Buffer.alloc(0)
        continue
      }
      const chunk = bytes.subarray(0, left)
      const stream = header[0] === standardError ? 'stderr' : 'stdout'
      bytes = bytes.subarray(chunk.length)
      left -= chunk.length
      if (left === 0) header = Buffer.alloc(0)
      yield { stream, chunk }
    }
  }
}
