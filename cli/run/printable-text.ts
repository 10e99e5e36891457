/** One line for a terminal, whoever wrote it: nothing in it moves a cursor, colours or ends the line. */
export function printableText(text: string): string {
  return text.replaceAll(/\p{C}+/gu, ' ')
}
