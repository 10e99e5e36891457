import { type DerivedText, derive, type Piece } from '../../change/derived-text.ts'
import { type Edit, editedLines } from './edited-lines.ts'

const turns = /reverse|strrev|\[::-1\]|\brev\b/i
const rotates = /rot[-_ ]?13|n-za-m/i
const literal = /["'`]([\w+/=.-]{16,400})["'`]/g
const word = /[\w+/=.-]{16,400}/g
/** A mark that a program takes out: `replace("@@", "")`, `s/@@//g`, `${a//@@/}`, `tr -d @`. */
const takenOut =
  /(?:replace(?:_?all)?|gsub|sub|str_replace)\(\s{0,5}["'`/]([^"'`/\n]{1,20})["'`/]g?\s{0,5},\s{0,5}(?:""|''|``)|\bs(?:\/([^/\n]{1,20})\/\/|\|([^|\n]{1,20})\|\||#([^#\n]{1,20})##)|\/\/([^/}\n]{1,20})\/?\}|\btr -d\s{1,5}["']?([^"'\s|]{1,5})/gi
/** What stands everywhere, such as a dash, is no mark that somebody put in. */
const isRare = /^[~@#%^!*|?]$|^\S.{0,18}\S$/
const mostMarks = 5

/** Words turned round or rotated by thirteen, where the text speaks of that. */
export function turnedTexts(source: DerivedText): DerivedText {
  const { text } = source
  const pieceOf = (turned: string, origin: number): Piece => ({ text: `${turned}\n`, origin })
  return derive(source, [
    ...(turns.test(text)
      ? Array.from(text.matchAll(literal), ({ index, 1: found = '' }) => pieceOf(reversed(found), index))
      : []),
    ...(rotates.test(text)
      ? Array.from(text.matchAll(word), ({ index, 0: found }) => pieceOf(rotated(found), index))
      : []),
  ])
}

/** Lines without the marks that the text takes out somewhere. */
export function unmarkedLines(source: DerivedText): DerivedText {
  const marks = new Set<string>()
  for (const [, ...found] of source.text.matchAll(takenOut)) {
    const mark = found.find((one) => one !== undefined)
    if (mark !== undefined && isRare.test(mark) && marks.size < mostMarks) marks.add(mark)
  }
  return marks.size === 0 ? derive(source, []) : editedLines(source, places(source.text, [...marks]))
}

function reversed(text: string): string {
  return [...text].reverse().join('')
}

function rotated(text: string): string {
  return text.replaceAll(/[a-z]/gi, (letter) => {
    const first = letter < 'a' ? 65 : 97
    return String.fromCharCode(first + ((letter.charCodeAt(0) - first + 13) % 26))
  })
}

/** Where one of these marks is, in order and apart. */
function* places(text: string, marks: readonly string[]): Generator<Edit> {
  const next = new Map(marks.map((mark) => [mark, text.indexOf(mark)]))
  for (;;) {
    const [first] = [...next].filter(([, at]) => at !== -1).toSorted(([, a], [, b]) => a - b)
    if (first === undefined) return
    const [mark, at] = first
    const to = at + mark.length
    yield { from: at, to, text: '' }
    for (const [one, where] of next) if (where !== -1 && where < to) next.set(one, text.indexOf(one, to))
  }
}
