import { type DerivedText, derive, type Piece } from '../../change/derived-text.ts'
import { createKeywordSearch } from '../../change/keyword-search.ts'
import { isIn, word } from '../detect/characters.ts'
import { type Edit, editedLines } from './edited-lines.ts'
import { givenPieces, mayBegin } from './given-values.ts'
import { joinLiterals } from './join-literals.ts'

/** What stands between a name and its value: `name = "`, `NAME=` and the like. */
const givenBefore = /["']?\]?[ \t]{0,20}(?::=|=>|[:=])[ \t]{0,20}["'`]?$/
/** Characters of that at most. */
const longestGiven = 46
/** Of a token cut in pieces all but the first are as long: `base64` and `0o700` stand in every program. */
const shortestRest = 7
const longestName = 61
/** A pattern that only puts its arguments one after the other, which is no part of what they make. */
const slots = /["'](?:%[sv]|\{\d?\}){2,20}["']\s{0,5}[,%]\s{0,5}/g
/** `${a}`, `#{a}`, `{{ a }}`, `$(a)`, `{a}`, `$a`, `%a%`, with `self.` or `process.env.` before the name. */
const opens = /(?:[$#]\{|\{\{|\$\(|\{|\$|%)\s{0,3}$/
const owner = /(?:\b[A-Za-z_]\w{0,30}(?:\.|->)){1,2}$/
const closes = /^\s{0,3}(?:\}\}|\}|\)|%)/
const isGiven = /^["']?\]?[ \t]{0,20}(?::=|=>|[:=](?!=))/
const operatorBefore = /(?:[+.&~,([]|\|\||<>)\s{0,20}$/
const operatorBehind = /^\s{0,20}(?:[+.&~,\])]|\|\||<>)/
/** As far as is looked around a name. */
const around = 100
/** Variables that are made of variables. */
const mostRounds = 3
/** More are data, not variables. */
const mostNames = 500
/** Characters put in for names, in one text: a few names may stand for more than anybody reads. */
const mostPutIn = 200_000

/** The lines that use these values by their names, with them in place, and what that puts side by side as one. */
export function putInValues(source: DerivedText, pieces: readonly Piece[]): DerivedText {
  let now: DerivedText | null = null
  let given = named(source.text, pieces)
  for (let round = 0; round < mostRounds && given.length > 0; round += 1) {
    const from: DerivedText = now ?? source
    const edits = [...editsOf(from.text, given)]
    if (edits.length === 0) break
    now = joinLiterals(editedLines(from, edits))
    given = named(now.text, [...givenPieces(now.text)])
  }
  return now ?? derive(source, [])
}

interface Given {
  readonly at: number
  readonly name: string
  readonly value: string
}

function named(text: string, pieces: readonly Piece[]): Given[] {
  return pieces.flatMap(({ text: value, origin: at }) => {
    if (value.length < shortestRest && !mayBegin(value)) return []
    const between = givenBefore.exec(text.slice(Math.max(0, at - longestGiven), at))?.[0]
    const name = between === undefined ? '' : nameBefore(text, at - between.length)
    return name === '' ? [] : [{ at, name, value }]
  })
}

function nameBefore(text: string, end: number): string {
  let from = end
  while (end - from < longestName && isIn(word, text, from - 1)) from -= 1
  return text.slice(from, end).replace(/^\d+/, '')
}

function* editsOf(text: string, given: readonly Given[]): Generator<Edit> {
  const valueAt = createValues(given)
  let putIn = 0
  let last = 0
  for (const { from, name, to } of usesIn(text, given)) {
    const value = name === null ? '' : valueAt(name, from)
    if (value === undefined) continue
    const edit = name === null ? { from, to, text: '' } : putInAt(text, from, name, value)
    if (edit === null || edit.from < last) continue
    putIn += edit.text.length
    if (putIn > mostPutIn) return
    last = edit.to
    yield edit
  }
}

interface Use {
  readonly from: number
  readonly to: number
  /** Null: slots. */
  readonly name: string | null
}

/** Where these names stand as whole words, and slots, in order. One pass for all names. */
function usesIn(text: string, given: readonly Given[]): Use[] {
  const uses: Use[] = []
  const names = [...new Set(given.map(({ name }) => name))].slice(0, mostNames)
  createKeywordSearch(new Map(names.map((name) => [name, name])))(text, (from, { length }) => {
    const to = from + length
    if (!isIn(word, text, from - 1) && !isIn(word, text, to)) uses.push({ from, to, name: text.slice(from, to) })
  })
  if (uses.length === 0) return []
  const cut = Array.from(text.matchAll(slots), ({ index, 0: found }): Use => {
    return { from: index, to: index + found.length, name: null }
  })
  return [...uses, ...cut].sort((a, b) => a.from - b.from)
}

/** What a name stands for at a place: what it was given last, or first where that comes later. Places have to ascend. */
function createValues(given: readonly Given[]): (name: string, at: number) => string | undefined {
  const known = new Map(given.toReversed().map(({ name, value }) => [name, value]))
  let passed = 0
  return (name, at) => {
    if (!known.has(name)) return undefined
    for (let next = given[passed]; next !== undefined && next.at < at; next = given[passed]) {
      known.set(next.name, next.value)
      passed += 1
    }
    return known.get(name)
  }
}

/** A value in place of a name where a text puts it beside something: bare among signs of its own, else as a literal. */
function putInAt(text: string, at: number, name: string, value: string): Edit | null {
  const before = text.slice(Math.max(0, at - around), at)
  const behind = text.slice(at + name.length, at + name.length + around)
  const isOwned = before.endsWith('.') || before.endsWith('->')
  const [owned = ''] = isOwned ? (owner.exec(before) ?? []) : []
  const [open = ''] = opens.exec(before.slice(0, before.length - owned.length)) ?? []
  const [close = ''] = open === '' ? [] : (closes.exec(behind) ?? [])
  const [from, to] = [at - owned.length - open.length, at + name.length + close.length]
  if (close === '' && isGiven.test(behind)) return null
  const isJoined =
    operatorBefore.test(text.slice(Math.max(0, from - around), from)) ||
    operatorBehind.test(text.slice(to, to + around))
  if (isJoined) return { from, to, text: `"${value}"` }
  return open === '' ? null : { from, to, text: value }
}
