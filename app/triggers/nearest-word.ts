/** The candidate that `word` is most likely a slip of: at most so many edits away, else null. */
export function nearestWord(word: string, candidates: readonly string[], maxEdits = 2): string | null {
  const ranked = candidates
    .filter((candidate) => Math.abs(candidate.length - word.length) <= maxEdits)
    .map((candidate) => ({ candidate, edits: countEdits(word, candidate) }))
    .filter(({ edits }) => edits <= maxEdits)
    .sort((a, b) => a.edits - b.edits)
  return ranked[0]?.candidate ?? null
}

/** Letters added, left out, changed, or two side by side swapped. Both words are short: the caller compares lengths first. */
function countEdits(from: string, to: string): number {
  const rows = [Array.from({ length: to.length + 1 }, (_, column) => column)]
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= to.length; column += 1) {
      const at = (up: number, left: number) => rows[row - up]?.[column - left] ?? Number.POSITIVE_INFINITY
      const changed = at(1, 1) + (from[row - 1] === to[column - 1] ? 0 : 1)
      const isSwapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      const swapped = isSwapped ? at(2, 2) + 1 : changed
      current.push(Math.min(changed, swapped, at(1, 0) + 1, (current[column - 1] ?? 0) + 1))
    }
    rows.push(current)
  }
  return rows[from.length]?.[to.length] ?? 0
}
