import type { Piece } from '../../change/derived-text.ts'
import { isWords } from '../detect/judge-value.ts'
import { shortestOf } from '../detect/token-format.ts'
import { tokenFormats } from '../detect/token-formats.ts'

/** What is given to something, quoted or bare, or stands in a tag. */
const given = /(?:["'`>]|[=:] {0,2})([\w+/=.-]{2,200})(?=["'`<\s;,&]|$)/gm

const shortestByPrefix = new Map(
  tokenFormats.flatMap((format) => format.prefixes.map((prefix) => [prefix, shortestOf(format, prefix)] as const)),
)
const prefixLengths = [...new Set([...shortestByPrefix.keys()].map((prefix) => prefix.length))]
/** Beginnings that code is full of: to follow each would take longer than everything else. */
const commonWords = new Set(['ci', 'do', 'git', 'key', 'ls', 'npm', 'per', 'sha'])
/** How prefixes of tokens begin, and the whole of them. */
const beginnings = new Set(
  [...shortestByPrefix.keys()]
    .flatMap((prefix) => Array.from({ length: prefix.length - 1 }, (_, at) => prefix.slice(0, at + 2)))
    .filter((beginning) => !commonWords.has(beginning)),
)

/** Values of a text, with their places, that may be pieces of tokens. */
export function* givenPieces(text: string): Generator<Piece> {
  for (const { index, 0: found, 1: value = '' } of text.matchAll(given)) {
    if (isChance(value) || beginnings.has(value)) yield { text: value, origin: index + found.length - value.length }
  }
}

/** Neither words nor a name, nor a number. */
export function isChance(value: string): boolean {
  return value.length >= 4 && /\d/.test(value) && /[A-Za-z]/.test(value) && !isWords(value)
}

/** Whether it begins like a token and ends too early. */
export function isBeginning(value: string): boolean {
  return prefixLengths.some((length) => value.length < (shortestByPrefix.get(value.slice(0, length)) ?? 0))
}

/** The same, or not even the whole of a prefix. */
export function mayBegin(value: string): boolean {
  return beginnings.has(value) || isBeginning(value)
}
