import { assemble, type Encoder, type Step } from './machine-code.ts'

const base = 0x400000
const headerBytes = 64 + 56
const pageBytes = 0x10000
const [readable, executable] = [4, 1]

/** What a program knows besides its steps: lies in front of them, so that its addresses are known first. */
export interface ProgramData {
  /** Adds these bytes and returns their address. */
  bytes(content: Buffer): number
  /** Adds a text for the kernel, ended by a NUL byte. */
  text(content: string): number
  /** Adds addresses or other words of 64 bits. */
  words(content: readonly number[]): number
}

/** An ELF file that needs nothing: one segment at a fixed address, which is never written to, and no library. */
export function buildProgram(encoder: Encoder, write: (data: ProgramData) => readonly Step[]): Buffer {
  const parts: Buffer[] = []
  let end = base + headerBytes
  const bytes = (content: Buffer) => {
    const at = end
    const padded = Buffer.concat([content, Buffer.alloc(-content.length & 7)])
    parts.push(padded)
    end += padded.length
    return at
  }
  const text = (content: string) => bytes(Buffer.from(`${content}\0`))
  const words = (content: readonly number[]) => bytes(Buffer.from(BigUint64Array.from(content, BigInt).buffer))
  const steps = write({ bytes, text, words })
  const entry = end
  parts.push(assemble(encoder, steps))
  const body = Buffer.concat(parts)
  return Buffer.concat([elfHeader(encoder.elfMachine, entry), segmentHeader(headerBytes + body.length), body])
}

function elfHeader(machine: number, entry: number): Buffer {
  const header = Buffer.alloc(64)
  // 64 bits, lowest byte first, version 1
  header.write('7f454c46020101', 'hex')
  const [programFile, version, afterThis] = [2, 1, 64]
  header.writeUInt16LE(programFile, 16)
  header.writeUInt16LE(machine, 18)
  header.writeUInt32LE(version, 20)
  header.writeBigUInt64LE(BigInt(entry), 24)
  header.writeBigUInt64LE(BigInt(afterThis), 32)
  header.writeUInt16LE(64, 52)
  header.writeUInt16LE(56, 54)
  header.writeUInt16LE(1, 56)
  return header
}

function segmentHeader(size: number): Buffer {
  const header = Buffer.alloc(56)
  const load = 1
  header.writeUInt32LE(load, 0)
  header.writeUInt32LE(readable | executable, 4)
  for (const at of [16, 24]) header.writeBigUInt64LE(BigInt(base), at)
  for (const at of [32, 40]) header.writeBigUInt64LE(BigInt(size), at)
  header.writeBigUInt64LE(BigInt(pageBytes), 48)
  return header
}
