/**
 * JSON with comments and trailing commas, as editors write it, made plain. One pass without regular expressions:
 * an unclosed string or comment must cost no more than its length. Throws SyntaxError for those, and for a comment that
 * ends earlier for some readers than for others: what they see there would not be seen here.
 */
export function stripJsonComments(text: string): string {
  const parts: string[] = []
  /** Where in `parts` the last comma is, while nothing but blanks followed it. */
  let comma = -1
  let index = 0
  while (index < text.length) {
    const character = text.charAt(index)
    const comment = character === '/' ? endOfComment(text, index) : null
    if (comment !== null) {
      index = comment
      continue
    }
    const end = character === '"' ? endOfString(text, index) : index + 1
    if (character === ',') comma = parts.length
    else if (comma !== -1 && (character === '}' || character === ']')) parts[comma] = ''
    if (character !== ',' && character.trim() !== '') comma = -1
    parts.push(text.slice(index, end))
    index = end
  }
  return parts.join('')
}

function endOfString(text: string, start: number): number {
  for (let index = start + 1; index < text.length; index += 1) {
    const character = text.charAt(index)
    if (character === '"') return index + 1
    if (character === '\\') index += 1
  }
  throw new SyntaxError('unclosed string')
}

/** Where a comment that begins here ends; null where none begins. */
function endOfComment(text: string, start: number): number | null {
  const next = text.charAt(start + 1)
  if (next === '/') {
    const end = text.indexOf('\n', start)
    const comment = text.slice(start, end === -1 ? undefined : end)
    if (/[\r\u2028\u2029]./s.test(comment)) throw new SyntaxError('a comment that ends in two places')
    return end === -1 ? text.length : end
  }
  if (next !== '*') return null
  const end = text.indexOf('*/', start + 2)
  if (end === -1) throw new SyntaxError('unclosed comment')
  return end + 2
}
