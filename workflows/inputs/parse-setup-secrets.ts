const named = /^([A-Za-z_][A-Za-z0-9_]{0,127})=(.*)$/s

export type ParsedSecrets =
  | { readonly ok: true; readonly values: ReadonlyMap<string, string> }
  | { readonly ok: false; readonly problem: string }

/**
 * One secret a line, `NAME=value`, taken as it stands: no quotes, no escapes. A problem names the line and never what
 * is in it.
 */
export function parseSetupSecrets(text: string): ParsedSecrets {
  const values = new Map<string, string>()
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    const [, name = '', value = ''] = named.exec(line.replace(/\r$/, '').trimStart()) ?? []
    const at = `setup-secrets: line ${index + 1}`
    if (name === '')
      return { ok: false, problem: `${at} is not NAME=value. Right would be: NPM_TOKEN=\${{ secrets.NPM_TOKEN }}` }
    if (values.has(name)) return { ok: false, problem: `${at} names ${name} once more` }
    // A repository secret that does not exist is empty: as if it had not been named.
    if (value !== '') values.set(name, value)
  }
  return { ok: true, values }
}
