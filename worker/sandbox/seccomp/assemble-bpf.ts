/**
 * A classic BPF assembler as small as a seccomp filter needs. Pure; imports nothing of ours.
 *
 * A filter reads `struct seccomp_data`: the call's number, the architecture, and six 64-bit arguments, of which
 * only the low halves are looked at here. Jumps are relative and forward only.
 */

/** One instruction of `struct sock_filter`: what to do, how far to jump if true or false, and its operand. */
export interface Instruction {
  readonly code: number
  readonly whenTrue: number
  readonly whenFalse: number
  readonly operand: number
}

const loadWord = 0x20
const jumpEqual = 0x15
const jumpGreater = 0x25
const jumpAtLeast = 0x35
const jumpAnyBit = 0x45
const ret = 0x06

const instruction = (code: number, operand: number, whenTrue = 0, whenFalse = 0): Instruction => ({
  code,
  whenTrue,
  whenFalse,
  operand: operand >>> 0,
})

export const loadNumber = instruction(loadWord, 0)
export const loadArchitecture = instruction(loadWord, 4)
/** The low 32 bits: the kernel itself ignores the rest of an `int`, so a compare of 64 bits could be walked around. */
export const loadArgument = (index: number) => instruction(loadWord, 16 + index * 8)

export const allow = instruction(ret, 0x7fff0000)
export const killProcess = instruction(ret, 0x80000000)
export const fail = (errno: number) => instruction(ret, 0x00050000 | (errno & 0xffff))

/** Runs `then` if the loaded word equals `value`. `then` must end in a return where it is not meant to fall through. */
export const ifEqual = (value: number, then: readonly Instruction[]) => when(jumpEqual, value, then)
export const ifGreater = (value: number, then: readonly Instruction[]) => when(jumpGreater, value, then)
export const ifAtLeast = (value: number, then: readonly Instruction[]) => when(jumpAtLeast, value, then)
export const ifAnyBit = (mask: number, then: readonly Instruction[]) => when(jumpAnyBit, mask, then)
export const unlessEqual = (value: number, then: readonly Instruction[]): readonly Instruction[] => [
  instruction(jumpEqual, value, distance(then), 0),
  ...then,
]

function when(code: number, operand: number, then: readonly Instruction[]): readonly Instruction[] {
  return [instruction(code, operand, 0, distance(then)), ...then]
}

function distance(body: readonly Instruction[]): number {
  if (body.length > 255) throw new RangeError('a jump reaches 255 instructions at most')
  return body.length
}

/** The filter as the kernel reads it, in the byte order of x86-64 and aarch64. */
export function assembleBpf(program: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(program.length * 8)
  for (const [index, { code, whenTrue, whenFalse, operand }] of program.entries()) {
    bytes.writeUInt16LE(code, index * 8)
    bytes.writeUInt8(whenTrue, index * 8 + 2)
    bytes.writeUInt8(whenFalse, index * 8 + 3)
    bytes.writeUInt32LE(operand, index * 8 + 4)
  }
  return bytes
}
