const typed = /^[a-z]{2,10}(?:\([^()]{1,50}\))?!?: \S/

/** Types by a label's name, which people chose, and else by the first word, which is a guess. */
const byLabel: readonly (readonly [RegExp, string])[] = [
  [/\bbug\b|\bfix\b|regression|defect/i, 'fix'],
  [/docs?\b|documentation/i, 'docs'],
  [/feature|enhancement/i, 'feat'],
  [/perf/i, 'perf'],
  [/refactor/i, 'refactor'],
]
const byWord: readonly (readonly [RegExp, string])[] = [
  [/^(?:fix|mend|repair|correct|resolve|handle)/i, 'fix'],
  [/^(?:add|implement|support|allow|introduce|create|let|make it possible)\b/i, 'feat'],
  [/^(?:docs?|document|explain|describe)\b/i, 'docs'],
  [/^(?:refactor|rename|simplify|clean|extract|split|move|remove|drop)/i, 'refactor'],
  [/^(?:test|cover)/i, 'test'],
  [/^(?:speed|optimi[sz]e)/i, 'perf'],
]

/** A title in the form of Conventional Commits. One that has a type keeps it. */
export function conventionalTitle(title: string, labels: readonly string[]): string {
  if (typed.test(title)) return title
  const type = labels.flatMap((label) => typeIn(byLabel, label))[0] ?? typeIn(byWord, title)[0] ?? 'chore'
  return `${type}: ${lowerFirst(title)}`
}

function typeIn(types: readonly (readonly [RegExp, string])[], text: string): string[] {
  return types.filter(([pattern]) => pattern.test(text)).map(([, type]) => type)
}

/** But for names and abbreviations. */
function lowerFirst(title: string): string {
  return /^\p{Lu}\p{Ll}/u.test(title) ? `${title.slice(0, 1).toLowerCase()}${title.slice(1)}` : title
}
