import { Buffer } from 'node:buffer'

/** A text made from another one, and the way back to the lines of the original. */
export interface DerivedText {
  readonly text: string
  /** Line of the original, from 1, that this offset of the text came from. */
  lineAt(offset: number): number
}

/** Between two string literals: blanks and at most one sign that joins them, over line ends too. */
const joint = /["'`]\s{0,200}(?:(?:[+,&\\]|\.{1,2})\s{0,200})?["'`]/g
const base64Run = /[A-Za-z0-9+/_-]{24,}={0,2}/g
const hexRun = /[0-9a-fA-F]{32,}/g

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
    const bytes = Buffer.from(match[0], encoding)
    if (bytes.length > 0 && bytes.every(isPlain)) yield { text: `${bytes.toString('latin1')}\n`, origin: match.index }
  }
}

function isPlain(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || byte === 0x09 || byte === 0x0a || byte === 0x0d
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
