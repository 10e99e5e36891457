/** Control, format and bidi characters, and all else that a person would not see or would see elsewhere. */
const unseen = /[\p{C}\p{Zl}\p{Zp}]/gu

/**
 * Makes a piece of a change safe to show inside a message: what cannot be seen is written out, backticks cannot end
 * a code span, and the length is bounded.
 */
export function printable(text: string, max = 80): string {
  const written = text.slice(0, max).replace(unseen, writeOut).replaceAll('`', "'")
  // Half a pair is nothing that can be seen.
  const cut = written.slice(0, max).replace(/[\ud800-\udbff]$/, '')
  return text.length > max || written.length > max ? `${cut}…` : written
}

function writeOut(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
}
