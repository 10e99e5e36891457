import { parseDocument } from '../change/parse-document.ts'
import { entriesAt } from '../change/read-value.ts'
import { entryLines } from '../npm/entry-lines.ts'
import { entriesOf, type LockEntry, nameAt, readLockfile } from '../npm/read-lockfile.ts'
import { type DependencyFile, type FoundPackage, found } from './found-package.ts'

const manifestFields = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies']
const oneVersion = /^[=v]{0,2}(\d{1,9}\.\d{1,9}\.\d{1,9}(?:[-+][\w.+-]{1,100})?)$/

export const npmFiles: readonly DependencyFile[] = [
  {
    ecosystem: 'npm',
    paths: /(?:^|\/)(?:package-lock|npm-shrinkwrap)\.json$/i,
    kind: 'lockfile',
    read(text) {
      const lockfile = readLockfile(text)
      if (lockfile === null) return null
      const lines = entryLines(text.split(/\r\n|\n|\r/))
      return [...entriesOf(lockfile)].flatMap(([place, entry]) => fromEntry(place, entry, lines.get(place) ?? null))
    },
  },
  { ecosystem: 'npm', paths: /(?:^|\/)package\.json$/i, kind: 'manifest', read: readManifest },
]

/** Packages from elsewhere: neither the projects of the repository itself nor links to them. */
function fromEntry(place: string, entry: LockEntry, line: number | null): FoundPackage[] {
  const name = nameAt(place)
  if (name === null || entry.link === true) return []
  const { version = '?', integrity, resolved, license } = entry
  const digests = integrity?.split(/\s+/).filter((part) => part !== '') ?? []
  return [
    found(entry.name ?? name, version, {
      ...{ exact: oneVersion.test(version), integrity: digests, declared: license, line },
      elsewhere: typeof resolved === 'string' && digests.length === 0 ? resolved : sourceOf(version),
    }),
  ]
}

function readManifest(text: string): FoundPackage[] | null {
  const document = parseDocument(text, 'json')
  if (!document.ok) return null
  return manifestFields.flatMap((field) =>
    entriesAt(document.value, field).flatMap(([name, range]) => fromRange(name, String(range))),
  )
}

/** `^1.0.0`, `npm:other@^1.0.0`, `github:owner/name`, an address. What lies in the repository itself is not counted. */
export function fromRange(key: string, range: string): FoundPackage[] {
  if (/^(?:workspace|link|file|portal|catalog):/.test(range)) return []
  const [, name = key, asked = range] = /^npm:(@?[^@]{1,214})(?:@(.*))?$/.exec(range) ?? []
  const version = oneVersion.exec(asked.trim())?.[1]
  return [found(name, version ?? asked, { exact: version !== undefined, elsewhere: sourceOf(asked) })]
}

/** An address, or GitHub's short form of one. */
function sourceOf(range: string): string | null {
  return /^[\w+.-]{1,40}:|^[^\s@~^<>=|]{1,200}\/|\.git(?:#|$)/.test(range) ? range : null
}
