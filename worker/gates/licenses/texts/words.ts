/** Words of a text, each with the place it stands at: what is left when layout, case and punctuation are gone. */
export interface Words {
  readonly words: readonly string[]
  /** For each word, the index of its line. */
  readonly lines: readonly number[]
}

const word = /[\p{L}\p{N}]+/gu
/** The same for lines without other letters, several times as fast. */
const asciiWord = /[a-z0-9]+/g
const beyondAscii = /[^\0-\x7f]/
const entity = /&(?:#x?[0-9a-f]{1,6}|[a-z]{2,8});/gi
const tag = /<\/?[a-z][a-z0-9]{0,10}(?: [^<>]{0,200})?\/?>/gi
/** What begins a line of a comment as a word, in m4, batch files and troff. */
const leader = /^\s*(?:dnl|rem|\.\\")\s/i
/** `1.`, `a)`, `(iv)`: numbering differs from copy to copy. */
const listMarker = /^[\s/*#;%>|-]*\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]\s/i
/** Of the license itself or of a copy's owner: either way it differs from copy to copy. */
const copyrightLine =
  /^[^\p{L}\p{N}]*(?:portions? )?(?:copyrights?\b|\(c\)|©)[^\p{L}]*(?:\(c\)|©|\d{4}|[[<{]?(?:year|yyyy))/iu
/** A license that stands in the same line as its copyright. */
const grant = /\b(?:permi(?:t|ssion)|hereby|redistribut|provided|licensed)/i
const rightsLine = /^[^\p{L}]*all rights reserved[^\p{L}]*$/iu

/** One way of writing each word that the SPDX matching guidelines call equivalent, as far as licenses use them. */
const equivalents: ReadonlyMap<string, string> = new Map([
  ['licence', 'license'],
  ['licences', 'licenses'],
  ['licenced', 'licensed'],
  ['sublicence', 'sublicense'],
  ['https', 'http'],
  ['acknowledgement', 'acknowledgment'],
  ['merchantibility', 'merchantability'],
  ['favour', 'favor'],
  ['honour', 'honor'],
  ['organisation', 'organization'],
  ['whilst', 'while'],
  ['wilful', 'willful'],
  ['fulfil', 'fulfill'],
])

/** Cuts lines into words. What the SPDX matching guidelines say not to compare is left out. Pure, linear. */
export function wordsOf(lines: readonly string[]): Words {
  const words: string[] = []
  const places: number[] = []
  for (const [index, line] of lines.entries()) {
    if (isCopyrightLine(line)) continue
    const bare = plain(line).toLowerCase()
    for (const found of bare.match(beyondAscii.test(bare) ? word : asciiWord) ?? []) {
      words.push(equivalents.get(found) ?? found)
      places.push(index)
    }
  }
  return { words, lines: places }
}

export function isCopyrightLine(line: string): boolean {
  return line.length < 300 && ((copyrightLine.test(line) && !grant.test(line)) || rightsLine.test(line))
}

function plain(line: string): string {
  const bare = line.includes('&') || line.includes('<') ? line.replace(entity, ' ').replace(tag, ' ') : line
  return bare.replace(leader, ' ').replace(listMarker, ' ')
}
