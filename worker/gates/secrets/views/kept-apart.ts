/**
 * Tokens whose pieces one text keeps apart: in variables that it puts together, or one after the other, in tags, entries
 * or commands. Linear: one pass finds values that look like chance, most texts have none, and what is put in is bounded.
 */
import { type DerivedText, derive, type Piece } from '../../change/derived-text.ts'
import { givenPieces, isBeginning, isChance } from './given-values.ts'
import { putInValues } from './put-in-values.ts'

/** Of one token, and characters between two of them. */
const mostPieces = 8
const furthest = 300
/** One has to be as long before anything else is looked at. */
const shortestChance = 8

export interface KeptApart {
  /** Pieces as they follow one another. */
  readonly followed: DerivedText
  /** The text with the values of its variables in their places. */
  readonly putIn: DerivedText
}

export function keptApart(source: DerivedText): KeptApart {
  const pieces = [...givenPieces(source.text)]
  const chances = pieces.filter(({ text }) => isChance(text))
  const nothing = derive(source, [])
  if (!chances.some(({ text }) => text.length >= shortestChance)) return { followed: nothing, putIn: nothing }
  return { followed: derive(source, [...following(chances)]), putIn: putInValues(source, pieces) }
}

/** What begins like a token and ends too early, with what stands behind it. */
function* following(pieces: readonly Piece[]): Generator<Piece> {
  for (const [index, { text, origin }] of pieces.entries()) {
    if (!isBeginning(text)) continue
    let whole = text
    let end = origin + text.length
    for (const next of pieces.slice(index + 1, index + mostPieces)) {
      if (next.origin - end > furthest || isBeginning(next.text)) break
      whole += next.text
      end = next.origin + next.text.length
      yield { text: `${whole}\n`, origin }
    }
  }
}
