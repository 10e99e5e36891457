/** A text made from another one, and the way back to the lines of the original. */
export interface DerivedText {
  readonly text: string
  /** Line of the original, from 1, that this offset of the text came from. */
  lineAt(offset: number): number
}

export interface Piece {
  readonly text: string
  /** Where in the source it begins. */
  readonly origin: number
}

export function plainText(text: string): DerivedText {
  let starts: readonly number[] | null = null
  return {
    text,
    lineAt: (offset) => {
      // Most texts hold nothing that a line is asked for.
      starts ??= lineStarts(text)
      return lastAtMost(starts, offset) + 1
    },
  }
}

/** Pieces of a source, or what was made of them, one after the other. */
export function derive(source: DerivedText, pieces: readonly Piece[]): DerivedText {
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
  if (!text.includes('\r')) {
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
    return starts
  }
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
