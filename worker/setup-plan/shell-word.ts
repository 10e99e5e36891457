/** One word of a shell line, whatever it holds. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

/** What a NUL or a length beyond this would do to a command line is nobody's wish. */
export const longestLine = 16_384

export function isSafeLine(line: string): boolean {
  return line.trim() !== '' && line.length <= longestLine && !line.includes('\0')
}

/** A variable that a repository may set for its own setup. Ours lead to the broker and to the home. */
export function isSettable(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(name) && name !== 'HOME' && !name.startsWith('AIRLOCK_')
}
