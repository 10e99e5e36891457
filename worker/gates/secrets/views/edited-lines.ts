import { type DerivedText, derive, type Piece } from '../../change/derived-text.ts'

/** Something in a text that stands for something else. */
export interface Edit {
  readonly from: number
  readonly to: number
  readonly text: string
}

/** A whole text after its edits, which are in order and apart. */
export function edited(source: DerivedText, edits: readonly Edit[]): DerivedText {
  return derive(source, stretch(source.text, edits, 0, source.text.length))
}

/** The same, but only the lines that an edit touches: the rest stands in the source as it is. */
export function editedLines(source: DerivedText, edits: Iterable<Edit>): DerivedText {
  const { text } = source
  const pieces: Piece[] = []
  let group: Edit[] = []
  for (const edit of edits) {
    const last = group.at(-1)
    if (last !== undefined && text.slice(last.to, edit.from).includes('\n')) {
      pieces.push(...wholeLines(text, group))
      group = []
    }
    group.push(edit)
  }
  return derive(source, [...pieces, ...wholeLines(text, group)])
}

/** Between lines that do not follow one another: a value is looked for on the line after its name. */
const apart = '\n\n\n'

function wholeLines(text: string, edits: readonly Edit[]): Piece[] {
  const [first, last] = [edits[0], edits.at(-1)]
  if (first === undefined || last === undefined) return []
  const end = text.indexOf('\n', last.to)
  const to = end === -1 ? text.length : end + 1
  return [...stretch(text, edits, lineStart(text, first.from), to), { text: apart, origin: to - 1 }]
}

function lineStart(text: string, at: number): number {
  return at === 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1
}

function stretch(text: string, edits: readonly Edit[], from: number, to: number): Piece[] {
  const pieces: Piece[] = []
  let at = from
  for (const edit of edits) {
    pieces.push({ text: text.slice(at, edit.from), origin: at })
    if (edit.text !== '') pieces.push({ text: edit.text, origin: edit.from })
    at = edit.to
  }
  return [...pieces, { text: text.slice(at, to), origin: at }]
}
