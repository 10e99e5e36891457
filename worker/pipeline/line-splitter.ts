/** A line longer than this is dropped whole: no agent's event is that long, and memory stays bounded. */
const maxLineBytes = 4 * 1024 * 1024

/** Cuts a byte stream into UTF-8 lines. What follows the last newline is not a line. */
export function createLineSplitter(onLine: (line: string) => void): { push(chunk: Buffer): void } {
  let parts: Buffer[] = []
  let size = 0
  let overlong = false

  const flush = () => {
    if (!overlong) onLine(Buffer.concat(parts).toString('utf8'))
    parts = []
    size = 0
    overlong = false
  }

  const keep = (part: Buffer) => {
    size += part.length
    if (size > maxLineBytes) {
      overlong = true
      parts = []
    }
    if (!overlong && part.length > 0) parts.push(part)
  }

  return {
    push(chunk) {
      let rest = chunk
      for (let at = rest.indexOf(10); at !== -1; at = rest.indexOf(10)) {
        keep(rest.subarray(0, at))
        flush()
        rest = rest.subarray(at + 1)
      }
      keep(rest)
    },
  }
}
