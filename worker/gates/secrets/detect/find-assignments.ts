import { charactersOf, isIn, runLength } from './characters.ts'

/** A name and what it is given, in whatever language. */
export interface Assignment {
  readonly name: string
  readonly value: string
  /** Offsets of the value. */
  readonly start: number
  readonly end: number
  readonly quoted: boolean
}

const nameCharacters = charactersOf('0-9', 'A-Z', 'a-z', '_.$-')
const blanks = charactersOf(' \t')
const operatorCharacters = charactersOf(':=>|?~!-')
const quotes = charactersOf('"\'`')
const bareValue = charactersOf('0-9', 'A-Z', 'a-z', '+/=_.~^!@%&*:#$-')
const longestName = 80
const longestValue = 2048
/** Without quotes around it a longer one is a file's content, not a value. */
const longestBare = 600
/** Between what a name may hold and what stands in for it: `process.env.TOKEN || "value"`. */
const fallback = /^\)?[ \t]{0,4}(?:\|\||\?\?|\?:|or )[ \t]{0,4}(?=["'`])/
const schemes = new Set(['bearer', 'basic', 'token', 'ssws', 'splunk', 'bot', 'geniekey', 'api-key', 'apikey'])
const operators = new Set([':', '=', ':=', '::=', ':::=', '?=', '||=', '=>', '->', '~>', '>', '==', '===', '!=', '!=='])
/** A word that gives without a sign: `#define NAME "value"`, `ENV NAME value`. */
const giving = /(?:^|[^\w])(?:ENV|[#%]define|%global|SET) $/i

/**
 * What is given to the name around `at`: `NAME = "value"`, `"name": "value"`, `NAME=value`, `f("name", "value")`,
 * `--name value`, `<name>value</name>`, `key="NAME" value="value"`. Null where nothing is. Every step looks at a
 * character once: what it costs is bounded by the longest name and value.
 */
export function assignmentAt(text: string, at: number): Assignment | null {
  const start = startOfName(text, at)
  const end = at + runLength(nameCharacters, text, at, longestName)
  const name = text.slice(start, end)
  const quoted = isIn(quotes, text, start - 1)
  let index = end
  if (isIn(quotes, text, index) || (text[index] === '\\' && isIn(quotes, text, index + 1)))
    index += text[index] === '\\' ? 2 : 1
  if (text[index] === ']') index += 1
  const instead = fallback.exec(text.slice(index, index + 16))
  if (instead !== null) return readValue(text, name, index + instead[0].length, true)
  const beforeBlanks = index
  index += runLength(blanks, text, index, 40)
  const operator = readOperator(text, index)
  if (operator !== null) return readValue(text, name, afterType(text, index + operator.length, operator))
  if ((quoted || /^[A-Z][A-Z0-9_]{4,60}$/.test(name)) && text[index] === ',')
    return readValue(text, name, index + 1, true)
  const attribute = /^value\s{0,3}=/.exec(text.slice(index, index + 12))
  if (quoted && attribute !== null) return readValue(text, name, index + attribute[0].length, true)
  const flag = text[start] === '-' || text[start - 1] === '-' || giving.test(text.slice(Math.max(0, start - 10), start))
  if (flag && index > beforeBlanks) return readValue(text, name, index, isIn(quotes, text, index))
  return null
}

function startOfName(text: string, at: number): number {
  let start = at
  while (start > 0 && at - start < longestName && isIn(nameCharacters, text, start - 1)) start -= 1
  return start
}

function readOperator(text: string, index: number): string | null {
  const operator = text.slice(index, index + runLength(operatorCharacters, text, index, 4))
  if (operators.has(operator)) return operator
  // `KEY=-value` and `KEY=:value`: the operator is what is known of it.
  for (const length of [3, 2, 1])
    if (operators.has(operator.slice(0, length)) && !/[=>]/.test(operator.slice(length)))
      return operator.slice(0, length)
  return null
}

/** Steps over `string` in `apiKey: string = …`. */
function afterType(text: string, index: number, operator: string): number {
  if (operator !== ':') return index
  const type = /^[ \t]{0,4}(?:[A-Za-z][A-Za-z<>[\]?|]{0,40}|&'?\w{0,10} ?str)[ \t]{0,4}=(?![=>])/.exec(
    text.slice(index, index + 64),
  )
  return type === null ? index : index + type[0].length
}

function readValue(text: string, name: string, from: number, onlyQuoted = false): Assignment | null {
  let index = from + runLength(blanks, text, from, 40)
  const opening = /^(?:\(|\[|new\s|@|[bfrLu$]{1,2}(?=["'`]))?\s{0,2}/.exec(text.slice(index, index + 8))?.[0] ?? ''
  if (opening !== '' && isIn(quotes, text, index + opening.length)) index += opening.length
  const escaped = text[index] === '\\' && isIn(quotes, text, index + 1)
  if (escaped) index += 1
  if (isIn(quotes, text, index)) return readQuoted(text, name, index)
  if (onlyQuoted) return null
  const length = bareLength(text, index)
  return length === 0 || length > longestBare
    ? null
    : { name, value: text.slice(index, index + length), start: index, end: index + length, quoted: false }
}

/** How long a value without quotes is. In a header the scheme stands before it: `Authorization: Bearer value`. */
function bareLength(text: string, index: number): number {
  const first = runLength(bareValue, text, index, longestBare + 1)
  if (first > 12 || !schemes.has(text.slice(index, index + first).toLowerCase()) || text[index + first] !== ' ')
    return first
  const rest = runLength(bareValue, text, index + first + 1, longestBare + 1)
  return rest === 0 ? first : first + 1 + rest
}

function readQuoted(text: string, name: string, open: number): Assignment | null {
  const quote = text[open]
  let end = open + 1
  while (end < text.length && end - open < longestValue && text[end] !== quote && text[end] !== '\n') end += 1
  if (text[end] !== quote) return null
  const last = text[end - 1] === '\\' ? end - 1 : end
  return { name, value: text.slice(open + 1, last), start: open + 1, end: last, quoted: true }
}
