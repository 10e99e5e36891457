/** What the kernel would do with one system call under a filter: a classic BPF machine for the few instructions there are. */
export interface Call {
  readonly number: number
  readonly architecture: number
  readonly arguments?: readonly bigint[]
}

export function runBpf(filter: Buffer, call: Call): string {
  const data = Buffer.alloc(64)
  data.writeUInt32LE(call.number >>> 0, 0)
  data.writeUInt32LE(call.architecture, 4)
  for (const [index, value] of (call.arguments ?? []).entries()) data.writeBigUInt64LE(value, 16 + index * 8)

  let word = 0
  for (let at = 0; at < filter.length / 8; at++) {
    const [code, whenTrue, whenFalse, operand] = [
      filter.readUInt16LE(at * 8),
      filter.readUInt8(at * 8 + 2),
      filter.readUInt8(at * 8 + 3),
      filter.readUInt32LE(at * 8 + 4),
    ]
    if (code === 0x06) return describe(operand)
    if (code === 0x20) word = data.readUInt32LE(operand)
    else at += holds(code, word, operand) ? whenTrue : whenFalse
  }
  throw new Error('the filter has no end')
}

function holds(code: number, word: number, operand: number): boolean {
  if (code === 0x15) return word === operand
  if (code === 0x25) return word > operand
  if (code === 0x35) return word >= operand
  if (code === 0x45) return (word & operand) !== 0
  throw new Error(`an instruction that is not expected: ${code}`)
}

function describe(verdict: number): string {
  if (verdict === 0x7fff0000) return 'allow'
  if (verdict === 0x80000000) return 'kill'
  return `errno ${verdict & 0xffff}`
}
