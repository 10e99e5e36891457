import { type DependencyFile, type FoundPackage, found } from './found-package.ts'
import { type Block, readIndented, scalarAt } from './indented.ts'
import { fromRange } from './npm.ts'

export const yarnFiles: readonly DependencyFile[] = [
  {
    ecosystem: 'npm',
    paths: /(?:^|\/)yarn\.lock$/i,
    kind: 'lockfile',
    read(text) {
      const isBerry = /^__metadata:/m.test(text)
      const blocks = readIndented(text, isBerry ? 'yaml' : 'yarn')
      if (blocks === null || (!isBerry && !/^# yarn lockfile v1\s*$/m.test(text))) return null
      const entries = blocks.filter(({ key }) => key !== '__metadata')
      const read = entries.map(isBerry ? fromBerry : fromClassic)
      return read.includes(null) ? null : read.flatMap((one) => one ?? [])
    },
  },
]

/** Several ranges that one version answers: `a@^1.0.0, a@~1.1.0`. */
function fromClassic({ key, children, line }: Block): FoundPackage[] | null {
  const version = scalarAt(children, 'version')
  if (version === null) return null
  const [first = ''] = key.replaceAll('"', '').split(', ')
  const at = first.indexOf('@', 1)
  if (at === -1) return null
  const [asked] = fromRange(first.slice(0, at), first.slice(at + 1))
  if (asked === undefined) return []
  const resolved = scalarAt(children, 'resolved')
  const sha1 = /#([0-9a-f]{40})$/.exec(resolved ?? '')?.[1]
  const integrity = scalarAt(children, 'integrity')?.split(/\s+/) ?? (sha1 === undefined ? [] : [`sha1:${sha1}`])
  const isUnbound = integrity.length === 0 || !/^https?:/.test(resolved ?? '')
  const elsewhere = asked.elsewhere ?? (isUnbound ? resolved : null)
  return [found(asked.name, version, { integrity, elsewhere, line })]
}

/** `resolution: "a@npm:1.0.0"` says what is installed. Its checksum is of yarn's own archive, and binds nothing here. */
function fromBerry({ children, line }: Block): FoundPackage[] | null {
  const resolution = scalarAt(children, 'resolution')
  const [, name = '', protocol = '', rest = ''] =
    /^((?:@[^/@]{1,214}\/)?[^/@]{1,214})@([\w+.-]{1,40}):(.{0,2000})$/.exec(resolution ?? '') ?? []
  if (resolution === null || name === '') return null
  if (['workspace', 'link', 'portal'].includes(protocol)) return []
  const inner = protocol === 'patch' ? /^(.{1,214})@npm(?:%3A|:)([\w.+-]{1,100})#/i.exec(rest) : null
  if (inner !== null) return [found(decode(inner[1] ?? ''), inner[2] ?? '', { line })]
  const [version = '', parameters] = rest.split('::')
  if (protocol === 'npm' && parameters === undefined) return [found(name, version, { line })]
  return [found(name, scalarAt(children, 'version') ?? '?', { elsewhere: `${protocol}:${rest}`, line })]
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
