import type { Encoder, Step, Word } from './machine-code.ts'

/** Of arguments of a system call, in their order, by the machine's numbers: rdi, rsi, rdx, r10, r8, r9. */
const registers = [7, 6, 2, 10, 8, 9] as const
const rax = 0

/** rbx holds the stack pointer of the start, r12 what is kept; a system call leaves both alone. */
export const x64: Encoder = {
  elfMachine: 62,
  start: Buffer.from('4889e3', 'hex'),
  encode: (step, distance) => {
    switch (step.kind) {
      case 'call':
        return Buffer.concat([
          ...step.words.map((word, index) => load(registers[index] ?? rax, word)),
          call(step.number),
        ])
      case 'keep':
        return Buffer.from('4989c4', 'hex')
      case 'jump':
        return jump(step.when, distance)
      case 'end-as':
        return endAs(step)
    }
  },
}

function load(register: number, word: Word): Buffer {
  if (typeof word === 'number') {
    const code = Buffer.from([register < 8 ? 0x48 : 0x49, 0xb8 | (register & 7), 0, 0, 0, 0, 0, 0, 0, 0])
    code.writeBigInt64LE(BigInt(word), 2)
    return code
  }
  const code = Buffer.from([register < 8 ? 0x48 : 0x4c, 0x8d, 0x83 | ((register & 7) << 3), 0, 0, 0, 0])
  code.writeInt32LE(word.stack, 3)
  return code
}

const call = (number: number) => Buffer.concat([load(rax, number), Buffer.from('0f05', 'hex')])

/** What compares, and then the jump: if negative, if zero, if not -ENOENT, if not what is kept. */
const jumps = { failed: '4885c00f88', zero: '4885c00f84', 'not-missing': '4883f8fe0f85', other: '4c39e00f85' } as const

function jump(when: keyof typeof jumps, distance: number): Buffer {
  const code = Buffer.from(`${jumps[when]}00000000`, 'hex')
  code.writeInt32LE(distance - code.length, code.length - 4)
  return code
}

function endAs({ status, exitCall }: Extract<Step, { kind: 'end-as' }>): Buffer {
  const byteToEdi = (offset: number) => {
    const code = Buffer.from('0fb6bb00000000', 'hex')
    code.writeInt32LE(offset, 3)
    return code
  }
  // and edi, 127; if zero skip the next two; add edi, 128; skip the next one
  const signal = Buffer.from('83e77f740881c780000000eb07', 'hex')
  return Buffer.concat([byteToEdi(status), signal, byteToEdi(status + 1), call(exitCall)])
}
