/** All that a terminal obeys, hides or shows elsewhere: controls, direction marks, what has no width, halves of pairs. */
const unseen = /(?![\n\t])[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

/** Text of many lines for a terminal, whoever wrote it: what cannot be seen is written out, and nothing left away. */
export function terminalText(text: string): string {
  return text.replace(unseen, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)
}

/** The same for JSON, which stays what it was: all beyond ASCII is escaped. */
export function terminalJson(value: unknown): string {
  return JSON.stringify(value).replace(/[\u007f-\uffff]/g, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}
