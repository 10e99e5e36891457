import type { DerivedText } from '../../change/derived-text.ts'
import { type Edit, edited, editedLines } from './edited-lines.ts'

/**
 * Between two string literals: blanks and at most one sign or call that joins them, over line ends too. A comma joins the
 * items of a list; before a key it only parts two entries.
 */
const joint =
  /["'`]\s{0,200}(?:(?:[+&\\~^]|\.{1,2}|\|\||<>|\+\+|<<|;?\s{0,20}\w{1,60}\s{0,5}(?:\+|\.{1,2})=|\.concat\(|,(?!\s{0,200}["'`][^"'`\n]{1,100}["'`]\s{0,5}(?::|=>)))\s{0,200})?["'`]|[$#]\{\s{0,5}["'`]([\w+/=-]{1,400})["'`]\s{0,5}\}/g

/** Literals written in pieces (a sum, a list to be joined, adjacent strings) as one. */
export function joinLiterals(source: DerivedText): DerivedText {
  return edited(source, [...jointsOf(source.text)])
}

/** The same, but only the lines that hold such literals. */
export function joinedLines(source: DerivedText): DerivedText {
  return editedLines(source, jointsOf(source.text))
}

function* jointsOf(text: string): Generator<Edit> {
  for (const { index, 0: found, 1: inside = '' } of text.matchAll(joint))
    yield { from: index, to: index + found.length, text: inside }
}
