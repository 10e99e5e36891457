import { plainText } from '../change/derived-text.ts'
import { createKeywordSearch } from '../change/keyword-search.ts'
import type { AddedLine, ChangedFile } from '../change/view-change.ts'
import type { Rule } from './rule.ts'

/** Lines above that a line may continue. */
export const mostContinued = 5

/**
 * For each rule that has words: the added lines that hold one, or may continue a line that does. One pass over a file
 * for all rules, since nearly every line has none.
 */
export function createWordLines(
  rules: readonly Rule[],
): (file: ChangedFile) => ReadonlyMap<Rule, readonly AddedLine[]> {
  const pairs = rules.flatMap((rule) => (rule.words ?? []).map((word) => ({ word: word.toLowerCase(), rule })))
  const rulesByWord = Map.groupBy(pairs, ({ word }) => word)
  const search = createKeywordSearch(
    new Map([...rulesByWord].map(([word, same]) => [word, same.map(({ rule }) => rule)])),
  )
  return ({ after, added }) => {
    const source = plainText(after?.text ?? '')
    const linesOf = new Map<Rule, number[]>()
    search(source.text, (start, _word, asking) => {
      const line = source.lineAt(start)
      for (const rule of asking) {
        const lines = linesOf.get(rule) ?? []
        if (lines.at(-1) !== line) lines.push(line)
        linesOf.set(rule, lines)
      }
    })
    return new Map([...linesOf].map(([rule, lines]) => [rule, linesFrom(added, lines)]))
  }
}

/** Added lines that are one of these lines or not far below one. */
function linesFrom(added: readonly AddedLine[], lines: readonly number[]): AddedLine[] {
  const ascending = lines.toSorted((a, b) => a - b)
  let next = 0
  return added.filter(({ number }) => {
    while ((ascending[next] ?? Number.POSITIVE_INFINITY) + mostContinued < number) next += 1
    return (ascending[next] ?? Number.POSITIVE_INFINITY) <= number
  })
}
