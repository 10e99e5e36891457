import type { CommentBlock } from './comment-blocks.ts'
import { type HeaderWord, headerWords } from './header-words.ts'
import type { LicenseNames } from './license-names.ts'
import { type ParsedName, parseName } from './parse-name.ts'

/** What a header says of the license of what it heads. */
export interface Statement {
  readonly expression: string
  readonly sure: boolean
  /** Index of the line that says it. */
  readonly index: number
}

const verbs = new Set(
  'licensed licenses license released release distributed distribute redistributed redistribute available published provided issued covered governed subject modify modified use used usable copy copied shared part'.split(
    ' ',
  ),
)
const auxiliaries = new Set(
  'is are be been also and or dual dually can may you asf reserved which it us we were triple'.split(' '),
)
const doubts = new Set('if when whether not unless cannot must should packages dependencies'.split(' '))
/** What may stand between `under` and the name. */
const fillers = new Set(
  'terms conditions and of either both a an dual open source permissive following at your option provisions free software :'.split(
    ' ',
  ),
)
const longestPreface = 10
const mostFillers = 8
const afterTitle = new Set(['http', 'https', 'see', 'copyright'])
const marks = new Set(['.', ';', ':', '|'])

/** Every statement of a license in a block, as it stands there. Pure, linear. */
export function findStatements(block: CommentBlock, names: LicenseNames): Statement[] {
  const words = headerWords(block)
  const found: Statement[] = []
  for (let at = 0; at < words.length; ) {
    const start = statementAt(words, at, block.heads)
    const named = start === null ? null : namesFrom(words, start, names)
    const accepted = named !== null && start !== null && isAccepted(words, at, start, named.end)
    if (accepted) found.push({ expression: named.expression, sure: named.sure, index: words[at]?.index ?? 0 })
    at = accepted ? Math.max(named.end, at + 1) : at + 1
  }
  return found
}

/** Where the name would begin of the statement whose telling word is at `at`; null where there is no statement. */
function statementAt(words: readonly HeaderWord[], at: number, heads: boolean): number | null {
  const word = (index: number) => words[index]?.word ?? ''
  const here = word(at)
  if (here === 'under' || (here === 'to' && word(at - 1) === 'subject') || (here === 'by' && isCover(word(at - 1)))) {
    return isAssertion(words, at) ? at + 1 : null
  }
  if (/^licens(?:e|es|ing)$/.test(here)) return heads || words[at - 1]?.word === '@' ? fieldValue(words, at) : null
  if (heads && /^(?:is|are)$/.test(here)) return followsThis(words, at) ? at + 1 : null
  // A title, such as `| MIT License |`, counts at the head of a file alone.
  return heads && opens(words, at) ? at : null
}

function followsThis(words: readonly HeaderWord[], at: number): boolean {
  return words.slice(Math.max(0, at - longestPreface), at).some(({ word }) => word === 'this')
}

/** A name alone is a statement only as a title, or as in `this file is MIT licensed`. */
function isAccepted(words: readonly HeaderWord[], at: number, start: number, end: number): boolean {
  if (start === at) return isTitle(words, at, end)
  return !/^(?:is|are)$/.test(words[at]?.word ?? '') || words[end - 1]?.word === 'licensed'
}

function isCover(word: string): boolean {
  return word === 'governed' || word === 'covered'
}

/** `License: MIT` and `@license MIT`. */
function fieldValue(words: readonly HeaderWord[], at: number): number | null {
  const word = (index: number) => words[index]?.word ?? ''
  if (word(at - 1) === '@') return word(at + 1) === ':' ? at + 2 : at + 1
  if (word(at + 1) !== ':' || word(at + 2) === '/') return null
  return opens(words, at) || words[at - 1]?.first === true ? at + 2 : null
}

/** Whether the sentence says something of this code, rather than of some other, or of a case that may be. */
function isAssertion(words: readonly HeaderWord[], at: number): boolean {
  const before: number[] = []
  for (let index = at - 1; index >= Math.max(0, at - longestPreface); index -= 1) {
    if (marks.has(words[index]?.word ?? '') && before.length > 0) break
    before.push(index)
  }
  const word = (index: number) => words[index]?.word ?? ''
  if (before.some((index) => doubts.has(word(index)))) return false
  return before.some((index) => {
    if (!verbs.has(word(index))) return false
    const near = before.filter((other) => other < index && other >= index - 7)
    return (
      opens(words, index) ||
      auxiliaries.has(word(index - 1)) ||
      auxiliaries.has(word(index - 2)) ||
      near.some((other) => word(other) === 'this')
    )
  })
}

/** Whether a line, a sentence or a part of a banner begins here. */
function opens(words: readonly HeaderWord[], at: number): boolean {
  return words[at]?.first === true || marks.has(words[at - 1]?.word ?? '')
}

/** The name that begins here, or behind words that may stand before one. */
function nameAfterFillers(words: readonly HeaderWord[], from: number, names: LicenseNames): ParsedName | null {
  for (let index = from; index < from + mostFillers; index += 1) {
    const name = parseName(words, index, names)
    if (name !== null || !fillers.has(words[index]?.word ?? '')) return name
  }
  return null
}

/** A title says `license`, and nothing follows it in its line or part. */
function isTitle(words: readonly HeaderWord[], at: number, end: number): boolean {
  const own = words.slice(at, end)
  const next = words[end]
  const ends = next === undefined || next.first || marks.has(next.word) || afterTitle.has(next.word)
  return own.some(({ word }) => word.startsWith('licens')) && !own.slice(1).some(({ first }) => first) && ends
}

/** `MIT or Apache-2.0`, `MIT/X11`, `either … or …`: one statement that names several. */
function namesFrom(words: readonly HeaderWord[], start: number, names: LicenseNames): ParsedName | null {
  const first = nameAfterFillers(words, start, names)
  if (first === null) return null
  const all: ParsedName[] = [first]
  let isChoice = words
    .slice(Math.max(0, start - 12), start)
    .some(({ word }) => /^(?:dual|dually|either|both)$/.test(word))
  let end = first.end
  for (let more = connected(words, end, names); more !== null; more = connected(words, end, names)) {
    isChoice ||= more.isChoice
    all.push(more.name)
    end = more.name.end
  }
  const expressions = [...new Set(all.map(({ expression }) => expression))]
  const expression = expressions
    .map((one) => (expressions.length > 1 && / (?:OR|AND) /.test(one) ? `(${one})` : one))
    .join(isChoice ? ' OR ' : ' AND ')
  return { expression, sure: all.every(({ sure }) => sure), end }
}

/** The next name of the same statement, behind `or`, `and` or a slash, and a place to read it at before that. */
function connected(words: readonly HeaderWord[], end: number, names: LicenseNames) {
  for (let index = end; index < Math.min(words.length, end + 16); index += 1) {
    const word = words[index]?.word ?? ''
    if (word === '.' || word === ';') return null
    if (word !== 'or' && word !== 'and' && !(word === '/' && index === end)) continue
    const name = nameAfterFillers(words, index + 1, names)
    if (name !== null) return { name, isChoice: word !== 'and' }
  }
  return null
}
