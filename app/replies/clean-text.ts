/**
 * Every text that a person reads on GitHub. Pure: imports the contract, knows no network, disk or clock.
 *
 * What a model, a repository or a stranger wrote passes through here before it is shown. Two things are done, because
 * one is not enough: tokens that GitHub acts on are broken visibly with a space (a backslash does not stop a mention,
 * and a squash merge copies a body into a commit, where no Markdown protects anybody), and Markdown is shown as typed.
 */

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
