const key = /^\s{0,200}"([^"]{0,1000})"\s{0,10}:\s{0,10}\{/

/** The line on which each key of a JSON file opens an object, the first one where a key comes twice. */
export function entryLines(lines: readonly string[]): Map<string, number> {
  const found = new Map<string, number>()
  lines.forEach((line, index) => {
    const name = key.exec(line)?.[1]
    if (name !== undefined && !found.has(name)) found.set(name, index + 1)
  })
  return found
}
