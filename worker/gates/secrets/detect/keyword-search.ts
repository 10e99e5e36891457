export interface KeywordHit {
  /** Where in the text the keyword begins. */
  readonly start: number
  readonly keyword: string
}

const firstCode = 0x20
const codes = 0x80 - firstCode
const columns = Uint8Array.from({ length: 128 }, (_, code) => columnOf(code))

/**
 * Finds every occurrence of many words in one pass over a text, whatever their case (Aho and Corasick's machine): the
 * time does not grow with the number of words. Words are printable ASCII.
 */
export function createKeywordSearch(keywords: readonly string[]): (text: string) => KeywordHit[] {
  const { next, ends } = buildMachine([...new Set(keywords.map((keyword) => keyword.toLowerCase()))])
  const isEnd = Uint8Array.from(ends, (found) => (found.length > 0 ? 1 : 0))
  return (text) => {
    const hits: KeywordHit[] = []
    let state = 0
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index)
      state = next[state * codes + (code < 128 ? (columns[code] ?? 0) : 0)] ?? 0
      if (isEnd[state] === 0) continue
      for (const keyword of ends[state] ?? []) hits.push({ start: index + 1 - keyword.length, keyword })
    }
    return hits
  }
}

/** Lower case for A to Z; what is not printable ASCII is column 0, in which no word goes on. */
function columnOf(code: number): number {
  if (code < firstCode || code >= 0x7f) return 0
  return (code >= 0x41 && code <= 0x5a ? code + 0x20 : code) - firstCode + 1
}

function buildMachine(keywords: readonly string[]) {
  const size = 1 + keywords.reduce((sum, keyword) => sum + keyword.length, 0)
  const next = new Int32Array(size * codes)
  const ends: (readonly string[])[] = Array.from({ length: size }, () => [])
  const fallback = new Int32Array(size)
  let states = 1
  for (const keyword of keywords) {
    let state = 0
    for (let index = 0; index < keyword.length; index += 1) {
      const at = state * codes + columnOf(keyword.charCodeAt(index))
      if (next[at] === 0) next[at] = states++
      state = next[at] ?? 0
    }
    ends[state] = [keyword]
  }
  const queue = [0]
  for (const state of queue) {
    for (let column = 0; column < codes; column += 1) {
      const at = state * codes + column
      const child = next[at] ?? 0
      const other = state === 0 ? 0 : (next[(fallback[state] ?? 0) * codes + column] ?? 0)
      if (child === 0) {
        next[at] = other
        continue
      }
      fallback[child] = other
      ends[child] = [...(ends[child] ?? []), ...(ends[other] ?? [])]
      queue.push(child)
    }
  }
  return { next, ends }
}
