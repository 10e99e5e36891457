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
    const numbers = new Map<Rule, Set<number>>()
    search(source.text, (start, _word, asking) => {
      const line = source.lineAt(start)
      for (const rule of asking) {
        const known = numbers.get(rule) ?? new Set()
        for (let number = line; number <= line + mostContinued; number += 1) known.add(number)
        numbers.set(rule, known)
      }
    })
    return new Map([...numbers].map(([rule, lines]) => [rule, added.filter(({ number }) => lines.has(number))]))
  }
}
