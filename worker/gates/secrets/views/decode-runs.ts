import { Buffer } from 'node:buffer'
import { unzipSync } from 'node:zlib'
import { type DerivedText, derive, type Piece } from '../../change/derived-text.ts'
import { type Characters, charactersOf, hex, isIn } from '../detect/characters.ts'

const base64Digits = charactersOf('0-9', 'A-Z', 'a-z', '+/_-')
const shortestBase64 = 24
const shortestHex = 32
/** Characters of what may stand before it without a sign of its own. */
const longestWord = 100
/** Bytes. */
const mostInflated = 64 * 1024
/** Characters: whole groups of both encodings. */
const firstLook = 16
/** 1 for what a text is made of. */
const plain = Uint8Array.from({ length: 256 }, (_, byte) =>
  Number((byte >= 0x20 && byte < 0x7f) || [9, 10, 13].includes(byte)),
)

/** What base64 and hexadecimal runs say, where that is plain text. */
export function decodeRuns(source: DerivedText): DerivedText {
  const pieces: Piece[] = []
  for (const run of runsOf(source.text, base64Digits, shortestBase64)) {
    const decoded = decode(run.text, 'base64') ?? decodeBehind(run.text)
    if (decoded !== null) pieces.push({ text: `${decoded}\n`, origin: run.origin })
    // A hexadecimal run is within one of base64, whose alphabet has all its digits.
    for (const inner of runsOf(run.text, hex, shortestHex)) {
      const bytes = decode(inner.text, 'hex')
      if (bytes !== null) pieces.push({ text: `${bytes}\n`, origin: run.origin + inner.origin })
    }
  }
  return derive(source, pieces)
}

/**
 * Runs of these characters that are long enough. Looks at every `shortest`th place: where that character is another
 * one, no such run passes there.
 */
function* runsOf(text: string, of: Characters, shortest: number): Generator<Piece> {
  let from = 0
  while (from + shortest <= text.length) {
    let at = from + shortest - 1
    while (at >= from && isIn(of, text, at)) at -= 1
    if (at >= from) {
      from = at + 1
      continue
    }
    let end = from + shortest
    while (end < text.length && isIn(of, text, end)) end += 1
    yield { text: text.slice(from, end), origin: from }
    from = end + 1
  }
}

function decode(run: string, encoding: 'base64' | 'hex'): string | null {
  // Most runs are something else, and show it at once.
  const begin = Buffer.from(run.slice(0, firstLook), encoding)
  if (encoding === 'base64' && isCompressed(begin)) return inflated(Buffer.from(run, encoding))
  if (!isPlainText(withoutZeros(begin))) return null
  const bytes = withoutZeros(Buffer.from(run, encoding))
  return isPlainText(bytes) ? bytes.toString('latin1') : null
}

/** What stands behind a word of the same characters, as behind a folder in an address. */
function decodeBehind(run: string): string | null {
  for (const { index } of run.slice(0, longestWord).matchAll(/[/_-]/g)) {
    if (run.length - index <= shortestBase64) return null
    const decoded = decode(run.slice(index + 1), 'base64')
    if (decoded !== null) return decoded
  }
  return null
}

/** Text in UTF-16 has a zero beside each character. */
function withoutZeros(bytes: Buffer): Buffer {
  return bytes[1] === 0 || bytes[0] === 0 ? Buffer.from(bytes.filter((byte) => byte !== 0)) : bytes
}

function isCompressed(bytes: Uint8Array): boolean {
  return (
    (bytes[0] === 0x1f && bytes[1] === 0x8b) || (bytes[0] === 0x78 && [0x01, 0x5e, 0x9c, 0xda].includes(bytes[1] ?? 0))
  )
}

/** Null for what is no compressed text, or unfolds to more than a secret needs. */
function inflated(bytes: Uint8Array): string | null {
  try {
    return unzipSync(bytes, { maxOutputLength: mostInflated }).toString('latin1')
  } catch {
    return null
  }
}

function isPlainText(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (plain[byte] !== 1) return false
  return bytes.length > 0
}
