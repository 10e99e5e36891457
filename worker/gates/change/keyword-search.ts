/** What is told of each place: where the keyword begins, the keyword, and what it stands for. */
export type OnKeyword<T> = (start: number, keyword: string, value: T) => void

/** Row of a state, times its width; below zero where a keyword ends there. */
type Transitions = Int32Array

/**
 * Finds every occurrence of many words in one pass over a text, whatever their case (Aho and Corasick's machine): the
 * time does not grow with the number of words. Words are ASCII.
 */
export function createKeywordSearch<T>(
  values: ReadonlyMap<string, T>,
): (text: string, onKeyword: OnKeyword<T>) => void {
  const keywords = new Map([...values].map(([keyword, value]) => [keyword.toLowerCase(), value]))
  const { columns, transitions, ends } = buildMachine([...keywords.keys()])
  return (text, onKeyword) => {
    let row = 0
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index)
      const next = transitions[row + (code < 128 ? (columns[code] ?? 0) : 0)] ?? 0
      if (next >= 0) {
        row = next
        continue
      }
      row = -next
      for (const keyword of ends.get(row) ?? []) {
        const value = keywords.get(keyword)
        if (value !== undefined) onKeyword(index + 1 - keyword.length, keyword, value)
      }
    }
  }
}

/** A column for each character that a word has, the same for both cases; column 0 is all the rest, in which no word goes on. */
function columnsOf(keywords: readonly string[]): { columns: Uint8Array; width: number } {
  const columns = new Uint8Array(128)
  const used = [...new Set(keywords.join(''))]
  for (const [index, character] of used.entries()) {
    columns[character.charCodeAt(0)] = index + 1
    columns[character.toUpperCase().charCodeAt(0)] = index + 1
  }
  return { columns, width: used.length + 1 }
}

function buildMachine(keywords: readonly string[]) {
  const { columns, width } = columnsOf(keywords)
  const size = 1 + keywords.reduce((sum, keyword) => sum + keyword.length, 0)
  const next = new Int32Array(size * width)
  const own = new Map<number, string>()
  let states = 1
  for (const keyword of keywords) {
    let row = 0
    for (let index = 0; index < keyword.length; index += 1) {
      const at = row + (columns[keyword.charCodeAt(index)] ?? 0)
      if (next[at] === 0) next[at] = width * states++
      row = next[at] ?? 0
    }
    own.set(row, keyword)
  }
  const ends = closeMachine(next, width, own)
  return { columns, transitions: marked(next, ends), ends }
}

/** Fills in where each state goes on when its word does not, and which words end in it. */
function closeMachine(next: Transitions, width: number, own: ReadonlyMap<number, string>): Map<number, string[]> {
  const ends = new Map([...own].map(([row, keyword]) => [row, [keyword]]))
  const fallback = new Int32Array(next.length / width)
  const queue = [0]
  for (const row of queue) {
    const behind = fallback[row / width] ?? 0
    for (let column = 0; column < width; column += 1) {
      const child = next[row + column] ?? 0
      const other = row === 0 ? 0 : (next[behind + column] ?? 0)
      if (child === 0) {
        next[row + column] = other
        continue
      }
      fallback[child / width] = other
      const inherited = ends.get(other)
      if (inherited !== undefined) ends.set(child, [...(ends.get(child) ?? []), ...inherited])
      queue.push(child)
    }
  }
  return ends
}

function marked(next: Transitions, ends: ReadonlyMap<number, unknown>): Transitions {
  return next.map((row) => (ends.has(row) ? -row : row))
}
