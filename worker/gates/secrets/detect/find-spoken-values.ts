import { charactersOf, isIn, runLength } from './characters.ts'
import { whyDummy } from './dummy-value.ts'
import { judgeName } from './judge-name.ts'
import { isSecretByChance } from './judge-value.ts'
import type { Detector } from './secret-match.ts'

const nameKeywords = ['secret', 'token', 'key', 'password', 'credential', 'apikey', 'access', 'private', 'auth']
const nameCharacters = charactersOf('0-9', 'A-Z', 'a-z', '_.- ')
const valueCharacters = charactersOf('0-9', 'A-Z', 'a-z', '_+/=.-')
/** Characters before the word that say whose key it is: `the Brandfetch key`. */
const before = 32
const longestValue = 200
/** Between the word and the value: a space, "is", a sign; what has an operator is an assignment, and known as such. */
const link = /^(?:s?[ \t]{1,3}(?:is[ \t]|was[ \t])?["'`]?|[-.:](?=\w))/
const hashLike = /^(?:[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128})$/i

/** Values that a sentence, a log or a note calls secret: `Using token …`, `your Brandfetch key is …`, `datadog-key-…`. */
export const spokenValueDetector: Detector = {
  keywords: nameKeywords,
  find(text, at, keyword) {
    const from = at + keyword.length
    const between = link.exec(text.slice(from, from + 32))?.[0]
    if (between === undefined) return null
    const start = from + between.length
    const length = runLength(valueCharacters, text, start, longestValue + 1)
    if (length < 20 || length > longestValue) return null
    const value = text.slice(start, start + length).replace(/[.=]{1,3}$/, '')
    const strength = judgeName(nameBefore(text, from))
    if (strength === null || (strength === 'weak' && hashLike.test(value))) return null
    if (whyDummy(value) !== null || !isSecretByChance(value)) return null
    const what = 'a value that the words before it call secret'
    return { rule: 'spoken-value', what, certainty: 'likely', start, end: start + value.length }
  },
}

/** The words of the line up to here, the last few. */
function nameBefore(text: string, end: number): string {
  let start = end
  while (start > 0 && end - start < before && isIn(nameCharacters, text, start - 1)) start -= 1
  return text.slice(start, end)
}
