const escapeSequences = /\u001b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -/]*[0-~])/g
/** All that a terminal or a browser obeys or hides: controls, direction marks, zero-width, tags, variation selectors. */
const invisible = /(?![\n\t])[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu

/** Only what can be seen, with `\n` as the one line break. Must come first: what it takes out may have split a token. */
export function cleanText(text: string): string {
  return text
    .toWellFormed()
    .replace(escapeSequences, '')
    .replace(/\r\n?|[\u2028\u2029\u0085\v\f]/g, '\n')
    .replace(invisible, '')
    .replaceAll('\t', '  ')
}

/** At most `max` characters from the start, never half of one. */
export function keepStart(text: string, max: number): string {
  return text.length <= max
    ? text
    : `${text
        .slice(0, max)
        .toWellFormed()
        .replace(/\ufffd$/, '')}…`
}

/** At most `max` characters from the end, for output whose last lines explain a failure. */
export function keepEnd(text: string, max: number): string {
  return text.length <= max
    ? text
    : `…${text
        .slice(-max)
        .toWellFormed()
        .replace(/^\ufffd/, '')}`
}
