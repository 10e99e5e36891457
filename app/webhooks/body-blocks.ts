const blockBytes = 4096

interface Block {
  readonly bytes: Buffer
  used: number
}

/**
 * A body as it arrives. Small chunks are gathered in blocks: a sender of one byte at a time would otherwise have us
 * keep an object for every byte.
 */
export class BodyBlocks {
  #blocks: Block[] = []
  #length = 0

  get length(): number {
    return this.#length
  }

  append(chunk: Buffer): void {
    this.#length += chunk.length
    if (chunk.length >= blockBytes) {
      this.#blocks.push({ bytes: chunk, used: chunk.length })
      return
    }
    const block = this.#blockFor(chunk.length)
    block.used += chunk.copy(block.bytes, block.used)
  }

  toBuffer(): Buffer {
    const [first, ...more] = this.#blocks
    if (first !== undefined && more.length === 0) return first.bytes.subarray(0, first.used)
    return Buffer.concat(this.#blocks.map(({ bytes, used }) => bytes.subarray(0, used)))
  }

  #blockFor(size: number): Block {
    const last = this.#blocks.at(-1)
    if (last !== undefined && last.bytes.length - last.used >= size) return last
    const fresh = { bytes: Buffer.allocUnsafeSlow(blockBytes), used: 0 }
    this.#blocks.push(fresh)
    return fresh
  }
}
