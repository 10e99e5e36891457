import type { Encoder, Step, Word } from './machine-code.ts'

const [x0, x1, x8, x19] = [0, 1, 8, 19]

/** x19 holds the stack pointer of the start, x20 what is kept; a system call leaves both alone. */
export const arm64: Encoder = {
  elfMachine: 183,
  start: instructions(0x910003f3),
  encode: (step, distance) => {
    switch (step.kind) {
      case 'call':
        return Buffer.concat([...step.words.map((word, index) => load(index, word)), call(step.number)])
      case 'keep':
        return instructions(0xaa0003f4)
      case 'jump':
        return jump(step.when, distance / 4)
      case 'end-as':
        return endAs(step)
    }
  },
}

function instructions(...codes: readonly number[]): Buffer {
  const bytes = Buffer.alloc(codes.length * 4)
  for (const [index, code] of codes.entries()) bytes.writeUInt32LE(code >>> 0, index * 4)
  return bytes
}

/** Sixteen bits at a time: movz, then movk. */
function load(register: number, word: Word): Buffer {
  const value = BigInt.asUintN(64, BigInt(typeof word === 'number' ? word : word.stack))
  const parts = [0, 1, 2, 3].map((part) => {
    const bits = Number((value >> BigInt(part * 16)) & 0xffffn)
    return (part === 0 ? 0xd2800000 : 0xf2800000) | (part << 21) | (bits << 5) | register
  })
  const addStack = 0x8b000000 | (register << 16) | (x19 << 5) | register
  return instructions(...parts, ...(typeof word === 'number' ? [] : [addStack]))
}

const call = (number: number) => Buffer.concat([load(x8, number), instructions(0xd4000001)])

/** `distance` in instructions; one that compares comes before the jump. */
function jump(when: Extract<Step, { kind: 'jump' }>['when'], distance: number): Buffer {
  const near = (bits: number, ahead: number) => (ahead & ((1 << bits) - 1)) << 5
  switch (when) {
    case 'failed':
      return instructions(0xb7f80000 | near(14, distance) | x0)
    case 'zero':
      return instructions(0xb4000000 | near(19, distance) | x0)
    case 'not-missing':
      return instructions(0xb100081f, 0x54000001 | near(19, distance - 1))
    case 'other':
      return instructions(0xeb14001f, 0x54000001 | near(19, distance - 1))
  }
}

function endAs({ status, exitCall }: Extract<Step, { kind: 'end-as' }>): Buffer {
  // w0 = the byte & 127; if zero skip the next two; add 128; skip the next one; w0 = the byte behind it
  const code = instructions(0x39400020, 0x12001800, 0x34000060, 0x11020000, 0x14000002, 0x39400420)
  return Buffer.concat([load(x1, { stack: status }), code, call(exitCall)])
}
