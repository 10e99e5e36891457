import { parseDocument } from '../change/parse-document.ts'
import { entriesAt } from '../change/read-value.ts'
import type { ChangedFile } from '../change/view-change.ts'
import { entryLines } from '../npm/entry-lines.ts'
import { entriesOf, type LockEntry, nameAt, readLockfile } from '../npm/read-lockfile.ts'

/** One package that the change adds, or moves to another version. */
export interface Dependency {
  readonly name: string
  /** The exact version, or the range that a manifest asks for where no lockfile of the change decides. */
  readonly version: string
  readonly integrity: string | null
  /** What the lockfile says of the license: the word of whoever wrote it. */
  readonly declared: unknown
  readonly path: string
  readonly line: number | null
}

const manifestFields = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies']

/** What the change adds by npm manifests and lockfiles. `unreadable` are lockfiles that nothing can be said of. */
export function changedDependencies(files: readonly ChangedFile[]): { added: Dependency[]; unreadable: string[] } {
  const locks = files.filter(({ path, after }) => /(?:^|\/)(?:package-lock|npm-shrinkwrap)\.json$/i.test(path) && after)
  const unreadable = locks.filter((file) => readLockfile(file.after?.text ?? '') === null).map(({ path }) => path)
  const locked = locks.flatMap(fromLockfile)
  const inLocks = new Set(locks.flatMap((file) => namesIn(file)))
  const manifests = files.filter(({ path, after }) => /(?:^|\/)package\.json$/i.test(path) && after)
  const asked = manifests.flatMap(fromManifest).filter(({ name }) => !inLocks.has(name))
  return { added: [...locked, ...asked], unreadable }
}

function fromLockfile(file: ChangedFile): Dependency[] {
  const before = packagesOf(file.before?.text ?? '')
  const known = new Set(before.map(([name, entry]) => `${name}@${entry.version}`))
  const lines = entryLines(file.after?.lines ?? [])
  const added = new Map<string, Dependency>()
  for (const [name, entry, place] of packagesOf(file.after?.text ?? '')) {
    const id = `${name}@${entry.version}`
    if (known.has(id) || added.has(id)) continue
    const { version = '?', integrity = null, license } = entry
    added.set(id, { name, version, integrity, declared: license, path: file.path, line: lines.get(place) ?? null })
  }
  return [...added.values()]
}

/** Packages from elsewhere: neither the projects of the repository itself nor links to them. */
function packagesOf(text: string): [name: string, entry: LockEntry, place: string][] {
  const lockfile = readLockfile(text)
  if (lockfile === null) return []
  return [...entriesOf(lockfile)].flatMap(([place, entry]): [string, LockEntry, string][] => {
    const name = nameAt(place)
    return name === null || entry.link === true ? [] : [[entry.name ?? name, entry, place]]
  })
}

function namesIn(file: ChangedFile): string[] {
  const lockfile = readLockfile(file.after?.text ?? '')
  return lockfile === null ? [] : [...entriesOf(lockfile).keys()].map(nameAt).filter((name) => name !== null)
}

function fromManifest(file: ChangedFile): Dependency[] {
  const before = new Map(rangesIn(file.before?.text ?? ''))
  return rangesIn(file.after?.text ?? '')
    .filter(([name, range]) => before.get(name) !== range && !/^(?:workspace|link|file):/.test(range))
    .map(([name, version]) => ({
      name,
      version,
      integrity: null,
      declared: undefined,
      path: file.path,
      line: lineOf(file, name),
    }))
}

function rangesIn(text: string): [name: string, range: string][] {
  const document = parseDocument(text, 'json')
  if (!document.ok) return []
  return manifestFields.flatMap((field) =>
    entriesAt(document.value, field).map(([name, range]): [string, string] => [name, String(range)]),
  )
}

function lineOf(file: ChangedFile, name: string): number | null {
  const index = file.after?.lines.findIndex((line) => line.includes(`"${name}"`)) ?? -1
  return index === -1 ? null : index + 1
}
