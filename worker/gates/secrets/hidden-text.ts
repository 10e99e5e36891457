import { Buffer } from 'node:buffer'

/** A text made from another one, and the way back to the lines of the original. */
export interface DerivedText {
  readonly text: string
  /** Line of the original, from 1, that this offset of the text came from. */
  lineAt(offset: number): number
}

/**
 * Between two string literals: blanks and at most one sign that joins them, over line ends too. A comma joins the items
 * of a list; before a key it only parts two entries.
 */
const joint =
  /["'`]\s{0,200}(?:(?:[+&\\]|\.{1,2}|,(?!\s{0,200}["'`][^"'`\n]{1,100}["'`]\s{0,5}(?::|=>)))\s{0,200})?["'`]/g
const base64Run = /[A-Za-z0-9+/_-]{24,}={0,2}/g
const hexRun = /[0-9a-fA-F]{32,}/g
/** Characters: whole groups of both encodings. */
const firstLook = 16
/** 1 for what a text is made of. */
const plain = Uint8Array.from({ length: 256 }, (_, byte) =>
  Number((byte >= 0x20 && byte < 0x7f) || [9, 10, 13].includes(byte)),
)

export function plainText(text: string): DerivedText {
  const starts = lineStarts(text)
  return { text, lineAt: (offset) => lastAtMost(starts, offset) + 1 }
}

/** Literals written in pieces (a sum, a list to be joined, adjacent strings) as one. */
export function joinLiterals(source: DerivedText): DerivedText {
  const pieces: Piece[] = []
  let from = 0
  for (const match of source.text.matchAll(joint)) {
    pieces.push({ text: source.text.slice(from, match.index), origin: from })
    from = match.index + match[0].length
  }
  return derive(source, [...pieces, { text: source.text.slice(from), origin: from }])
}

/** What base64 and hexadecimal runs say, where that is plain text. */
export function decodeRuns(source: DerivedText): DerivedText {
  return derive(source, [...decoded(source.text, base64Run, 'base64'), ...decoded(source.text, hexRun, 'hex')])
}

interface Piece {
  readonly text: string
  /** Where in the source it begins. */
  readonly origin: number
}

function* decoded(text: string, pattern: RegExp, encoding: 'base64' | 'hex'): Generator<Piece> {
  for (const match of text.matchAll(pattern)) {
    // Most runs are something else, and show it at once.
    if (!isPlainText(Buffer.from(match[0].slice(0, firstLook), encoding))) continue
    const bytes = Buffer.from(match[0], encoding)
    if (isPlainText(bytes)) yield { text: `${bytes.toString('latin1')}\n`, origin: match.index }
  }
}

function isPlainText(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (plain[byte] !== 1) return false
  return bytes.length > 0
}

function derive(source: DerivedText, pieces: readonly Piece[]): DerivedText {
  const starts: number[] = []
  let length = 0
  for (const piece of pieces) {
    starts.push(length)
    length += piece.text.length
  }
  return {
    text: pieces.map((piece) => piece.text).join(''),
    lineAt: (offset) => {
      const index = lastAtMost(starts, offset)
      return source.lineAt((pieces[index]?.origin ?? 0) + offset - (starts[index] ?? 0))
    },
  }
}

function lineStarts(text: string): number[] {
  const starts = [0]
  for (const { index, 0: end } of text.matchAll(/\r\n|\n|\r/g)) starts.push(index + end.length)
  return starts
}

/** Index of the last number that is not above the limit, by halving. */
function lastAtMost(numbers: readonly number[], limit: number): number {
  let low = 0
  let high = numbers.length - 1
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((numbers[middle] ?? 0) <= limit) low = middle
    else high = middle - 1
  }
  return low
}
