const blockBytes = 64 * 1024

/**
 * A body as it arrives. Chunks are copied into blocks: a sender of one byte at a time would otherwise have us keep an
 * object, and whatever buffer it is a slice of, for every byte.
 */
export class BodyBlocks {
  #blocks: Buffer[] = []
  #used = blockBytes
  #length = 0

  get length(): number {
    return this.#length
  }

  append(chunk: Buffer): void {
    let rest = chunk
    while (rest.length > 0) {
      const taken = rest.copy(this.#room(), this.#used)
      this.#used += taken
      this.#length += taken
      rest = rest.subarray(taken)
    }
  }

  toBuffer(): Buffer {
    return Buffer.concat(this.#blocks, this.#length)
  }

  #room(): Buffer {
    const last = this.#blocks.at(-1)
    if (last !== undefined && this.#used < blockBytes) return last
    const fresh = Buffer.allocUnsafeSlow(blockBytes)
    this.#blocks.push(fresh)
    this.#used = 0
    return fresh
  }
}
