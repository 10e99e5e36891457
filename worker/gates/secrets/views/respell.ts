import { Buffer } from 'node:buffer'
import { type DerivedText, derive, type Piece } from '../../change/derived-text.ts'
import { type Edit, editedLines } from './edited-lines.ts'

/** One character written as an escape of a string, of an address or of a page, with its number in hexadecimal, octal or decimal. */
const escaped =
  /\\x([0-9a-f]{2})|\\u00([0-9a-f]{2})|\\u\{0{0,4}([0-9a-f]{2})\}|%([0-9a-f]{2})|&#x([0-9a-f]{2});|\\([0-7]{3})|&#(\d{2,3});|\\[nrt]/gi
/** Characters that nobody sees, and letters of other scripts and widths that look like Latin ones beside these. */
const disguise =
  /[\u00ad\u180e\u200b\u200c\u200e\u200f\u2060-\u2064\ufeff]|\u200d|[\ufe00-\ufe0f]|[\uff01-\uff5e]|(?<=[\w-])[асеорхуіјѕһԁԛԝАВЕКМНОРСТУХІЈЅ]|[асеорхуіјѕһԁԛԝАВЕКМНОРСТУХІЈЅ](?=[\w-])/g
/** Without one of them there is no disguise: emoji, dashes and most scripts are passed over at once. */
const mayDisguise =
  /[\u00ad\u180e\u200b\u200c\u200e\u200f\u2060-\u2064\ufeff\uff01-\uff5e]|\u200d|[\ufe00-\ufe0f]|[асеорхуіјѕһԁԛԝАВЕКМНОРСТУХІЈЅ]/
const lookAlikes = new Map(
  [...'асеорхуіјѕһԁԛԝАВЕКМНОРСТУХІЈЅ'].map((one, index) => [one, 'aceopxyijshdqwABEKMHOPCTYXIJS'.charAt(index)]),
)
/** A word that goes on at the start of the next line, where nothing else stands. */
const wrap = /(?<=[\w+/=-])\\?\r?\n[ \t]{0,80}(?=[\w+/=-]{1,400}["'`;,]{0,2}[ \t]{0,20}\r?$)/gm
/** The codes of characters, one after the other, in a list or each in a call. */
const codes =
  /(?:(?:0x[0-9a-f]{2}|\b\d{2,3})[)\]\s,;+&|.]{1,12}(?:chr\(|char\()?){11,4000}(?:0x[0-9a-f]{2}|\d{2,3})\b/gi
/** Bytes as a dump shows them, and characters with a blank between them. */
const dumped = /\b(?:(?:[0-9a-f]{2}){1,2}[ :]){10,4000}(?:[0-9a-f]{2}){1,2}\b/gi
const spread = /(?:[\w-] ){20,400}[\w-](?!\w)/g

/** Lines with escapes, with what they stand for instead. */
export function unescapedLines(source: DerivedText): DerivedText {
  return editedLines(source, escapesIn(source.text))
}

/** Lines with characters in disguise, as a reader takes them. */
export function undisguisedLines(source: DerivedText): DerivedText {
  return editedLines(source, disguisesIn(source.text))
}

/** Words that are broken over lines, as one. */
export function unwrappedLines(source: DerivedText): DerivedText {
  return editedLines(source, wrapsIn(source.text))
}

/** Texts written as the numbers of their characters, as a dump of bytes, or with blanks between their characters. */
export function spelledTexts(source: DerivedText): DerivedText {
  const { text } = source
  return derive(source, [
    ...Array.from(text.matchAll(codes), ({ index, 0: list }) => pieceOf(numbersIn(list), index)),
    ...Array.from(text.matchAll(dumped), ({ index, 0: list }) => pieceOf(bytesIn(list), index)),
    ...Array.from(text.matchAll(spread), ({ index, 0: list }) => pieceOf(list.replaceAll(' ', ''), index)),
  ])
}

function* escapesIn(text: string): Generator<Edit> {
  for (const { index, 0: found, 1: x, 2: u, 3: braced, 4: percent, 5: page, 6: octal, 7: decimal } of text.matchAll(
    escaped,
  )) {
    const code = codeOf(x ?? u ?? braced ?? percent ?? page, octal, decimal)
    if (isPlain(code)) yield { from: index, to: index + found.length, text: String.fromCharCode(code) }
  }
}

/** Without a number it is a line end or a tab. */
function codeOf(hex: string | undefined, octal: string | undefined, decimal: string | undefined): number {
  if (hex !== undefined) return Number.parseInt(hex, 16)
  return octal === undefined ? Number(decimal ?? 0x0a) : Number.parseInt(octal, 8)
}

function* disguisesIn(text: string): Generator<Edit> {
  if (!mayDisguise.test(text)) return
  for (const { index, 0: found } of text.matchAll(disguise))
    yield { from: index, to: index + found.length, text: undisguised(found) }
}

function undisguised(character: string): string {
  const code = character.charCodeAt(0)
  return code >= 0xff01 && code <= 0xff5e ? String.fromCharCode(code - 0xfee0) : (lookAlikes.get(character) ?? '')
}

function* wrapsIn(text: string): Generator<Edit> {
  for (const { index, 0: found } of text.matchAll(wrap)) yield { from: index, to: index + found.length, text: '' }
}

function numbersIn(list: string): string {
  const numbers = list.match(/0x[0-9a-f]{2}|\d{2,3}/gi) ?? []
  return numbers
    .map(Number)
    .map((code) => (isPlain(code) ? String.fromCharCode(code) : ' '))
    .join('')
}

function bytesIn(list: string): string {
  return Buffer.from(list.replaceAll(/[ :]/g, ''), 'hex').toString('latin1')
}

function pieceOf(text: string, origin: number): Piece {
  return { text: `${text}\n`, origin }
}

function isPlain(code: number): boolean {
  return code === 0x0a || (code >= 0x20 && code < 0x7f)
}
