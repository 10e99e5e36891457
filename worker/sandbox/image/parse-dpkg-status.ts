/** A Debian package as dpkg's status file has it. */
export interface DebianPackage {
  readonly name: string
  readonly version: string
  readonly architecture: string
  readonly source: string
  readonly homepage: string | null
}

/** The installed packages, by name. Pure. */
export function parseDpkgStatus(text: string): readonly DebianPackage[] {
  return text
    .split(/\n\n+/)
    .filter((stanza) => fieldOf(stanza, 'Status') === 'install ok installed')
    .map((stanza) => {
      const name = fieldOf(stanza, 'Package') ?? ''
      return {
        name,
        version: fieldOf(stanza, 'Version') ?? '',
        architecture: fieldOf(stanza, 'Architecture') ?? '',
        // "Source: name (version)" where the two differ.
        source: (fieldOf(stanza, 'Source') ?? name).split(/\s/, 1)[0] ?? name,
        homepage: fieldOf(stanza, 'Homepage'),
      }
    })
    .sort((left, right) => (left.name < right.name ? -1 : 1))
}

function fieldOf(stanza: string, name: string): string | null {
  const start = `${name}: `
  const line = stanza.split('\n').find((one) => one.startsWith(start))
  return line === undefined ? null : line.slice(start.length).trim()
}
