const legacyMagic = 0x184c2102
const maxKernelBytes = 256 * 1024 * 1024

/**
 * The kernel itself out of Debian's `vmlinuz`: a boot loader's header, then an LZ4 stream. QEMU's microvm starts only the
 * uncompressed one in a bearable time. Pure. Throws RangeError for a file that is packed in another way.
 */
export function extractVmlinux(vmlinuz: Buffer): Buffer {
  // Fields of the boot protocol: sectors of set-up code, then where behind them the payload lies.
  const start = ((vmlinuz.readUInt8(0x1f1) || 4) + 1) * 512 + vmlinuz.readUInt32LE(0x248)
  const end = start + vmlinuz.readUInt32LE(0x24c)
  if (vmlinuz.readUInt32LE(start) !== legacyMagic) throw new RangeError('the kernel is not packed with LZ4')
  const blocks: Buffer[] = []
  // The last four bytes of the payload are the size of what was packed.
  for (let at = start + 4; at < end - 4; ) {
    const size = vmlinuz.readUInt32LE(at)
    blocks.push(unpackBlock(vmlinuz.subarray(at + 4, at + 4 + size)))
    at += 4 + size
  }
  return Buffer.concat(blocks)
}

/** A block of the legacy format holds at most 8 MiB. */
const maxBlockBytes = 8 * 1024 * 1024

function unpackBlock(block: Buffer): Buffer {
  const out = Buffer.alloc(Math.min(maxBlockBytes, maxKernelBytes))
  let from = 0
  let to = 0
  const length = (nibble: number) => {
    let total = nibble
    for (let more = nibble === 15 ? 255 : 0; more === 255; total += more) more = block.readUInt8(from++)
    return total
  }
  while (from < block.length) {
    const token = block.readUInt8(from++)
    const literals = length(token >> 4)
    block.copy(out, to, from, from + literals)
    from += literals
    to += literals
    if (from >= block.length) break
    const distance = block.readUInt16LE(from)
    from += 2
    let match = length(token & 15) + 4
    if (distance === 0 || distance > to) throw new RangeError('the kernel is damaged')
    // Source and target may overlap: that is how a pattern repeats.
    for (; match > 0; match--, to++) out[to] = out[to - distance] ?? 0
  }
  return out.subarray(0, to)
}
