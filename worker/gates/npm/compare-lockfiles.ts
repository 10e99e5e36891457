import { reachEntries } from './reach-entries.ts'
import { entriesOf, type LockEntry, type Lockfile, nameAt } from './read-lockfile.ts'

export type LockfileIssueKind =
  | 'integrity'
  | 'integrity-missing'
  | 'host'
  | 'name'
  | 'source'
  | 'install-script'
  | 'unreached'
  | 'manifest'
  | 'sections'

export interface LockfileIssue {
  readonly kind: LockfileIssueKind
  /** Where in the tree, such as `node_modules/a`. */
  readonly place: string
}

/**
 * What a changed lockfile does that an honest `npm install` would not, or that a person should see. `declared` is
 * what the manifest beside it asks for, or null when the change does not touch it.
 */
export function compareLockfiles(
  before: Lockfile | null,
  after: Lockfile,
  declared: ReadonlySet<string> | null,
): LockfileIssue[] {
  const old = before === null ? new Map<string, LockEntry>() : entriesOf(before)
  const entries = entriesOf(after)
  const hosts = trustedHosts(old, entries)
  const issues: LockfileIssue[] = []
  for (const [place, entry] of entries) {
    if (nameAt(place) === null || entry.link === true) continue
    for (const kind of judgeEntry(place, entry, old.get(place), hosts, entries)) issues.push({ kind, place })
  }
  return [...issues, ...unreached(before, after), ...undeclared(before, after, declared), ...sectionsApart(after)]
}

function* judgeEntry(
  place: string,
  entry: LockEntry,
  old: LockEntry | undefined,
  hosts: ReadonlySet<string>,
  entries: ReadonlyMap<string, LockEntry>,
): Generator<LockfileIssueKind> {
  const sameSource = old?.resolved === entry.resolved
  const sameVersion = old !== undefined && old.version === entry.version
  const lost = old?.integrity !== undefined && entry.integrity === undefined && !entry.inBundle
  if (sameVersion && (lost || digestDiffers(old.integrity, entry.integrity))) yield 'integrity'
  if (entry.hasInstallScript === true && old?.hasInstallScript !== true) yield 'install-script'
  if (sameSource && sameVersion) return
  const url = parseUrl(entry.resolved)
  if (url === null) {
    if (typeof entry.resolved === 'string' || !entry.inBundle) yield 'source'
    return
  }
  if (!isWeb(url)) yield 'source'
  else if (!hosts.has(url.host)) yield 'host'
  else if (!tarballFits(url, place, entry, entries)) yield 'name'
  if (entry.integrity === undefined && old?.integrity === undefined) yield 'integrity-missing'
}

/** Another digest by the same algorithm, or a weaker algorithm. A move from sha1 to sha512 is no other content. */
function digestDiffers(before: string | undefined, after: string | undefined): boolean {
  if (before === undefined || after === undefined) return false
  const old = digests(before)
  const shared = [...digests(after)].filter(([algorithm]) => old.has(algorithm))
  if (shared.length === 0) return !digests(after).has('sha512')
  return shared.some(([algorithm, digest]) => old.get(algorithm) !== digest)
}

function digests(integrity: string): Map<string, string> {
  return new Map(integrity.split(/\s+/).map((part): [string, string] => [part.split('-', 1)[0] ?? '', part]))
}

/** Hosts that packages come from already; where there were none, the one that most of the new ones come from. */
function trustedHosts(old: ReadonlyMap<string, LockEntry>, entries: ReadonlyMap<string, LockEntry>): Set<string> {
  const before = countHosts(old)
  if (before.size > 0) return new Set(before.keys())
  const [most] = [...countHosts(entries)].sort(([hostA, a], [hostB, b]) => b - a || (hostA < hostB ? -1 : 1))
  return new Set(most ? [most[0]] : [])
}

function countHosts(entries: ReadonlyMap<string, LockEntry>): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { resolved } of entries.values()) {
    const url = parseUrl(resolved)
    if (url !== null && isWeb(url)) counts.set(url.host, (counts.get(url.host) ?? 0) + 1)
  }
  return counts
}

function isWeb(url: URL): boolean {
  return url.protocol === 'https:' || url.protocol === 'http:'
}

/** A registry names a tarball for its package and version: `/a/-/a-1.0.0.tgz`. */
function tarballFits(url: URL, place: string, entry: LockEntry, entries: ReadonlyMap<string, LockEntry>): boolean {
  const folder = nameAt(place) ?? ''
  const name = entry.name ?? folder
  if (name !== folder && !isAliased(entries, folder, name)) return false
  const path = decode(url.pathname)
  const base = name.slice(name.lastIndexOf('/') + 1)
  if (!path.includes('/-/')) return path.includes(`/${name}/`) || path.includes(`/${name}-`)
  return (
    path.endsWith(`/${name}/-/${base}-${entry.version}.tgz`) || path.endsWith(`/${name}/-/${name}-${entry.version}.tgz`)
  )
}

function isAliased(entries: ReadonlyMap<string, LockEntry>, folder: string, name: string): boolean {
  const ranges = [...entries.values()].flatMap((entry) =>
    [entry.dependencies, entry.devDependencies, entry.optionalDependencies, entry.peerDependencies].map(
      (map) => map?.[folder],
    ),
  )
  return ranges.some((range) => range === `npm:${name}` || range?.startsWith(`npm:${name}@`))
}

function unreached(before: Lockfile | null, after: Lockfile): LockfileIssue[] {
  if (after.packages === null) return []
  const known = before === null ? null : entriesOf(before)
  const reached = reachEntries(after.packages)
  return [...after.packages.keys()]
    .filter((place) => !reached.has(place) && !known?.has(place))
    .map((place) => ({ kind: 'unreached', place }))
}

/** The lockfile's own copy of what the project asks for must not ask for more than the manifest. */
function undeclared(before: Lockfile | null, after: Lockfile, declared: ReadonlySet<string> | null): LockfileIssue[] {
  const allowed = declared ?? (before === null ? null : askedFor(before))
  if (allowed === null) return []
  return [...askedFor(after)]
    .filter((name) => !allowed.has(name))
    .map((name) => ({ kind: 'manifest', place: `node_modules/${name}` }))
}

function askedFor(lockfile: Lockfile): Set<string> {
  const root = lockfile.packages?.get('')
  const maps = [root?.dependencies, root?.devDependencies, root?.optionalDependencies, root?.peerDependencies]
  return new Set(maps.flatMap((map) => Object.keys(map ?? {})))
}

/** Version 2 says everything twice, once for old npm: two different stories are an attack on one of the two. */
function sectionsApart(after: Lockfile): LockfileIssue[] {
  const { packages, legacy } = after
  if (packages === null) return []
  return [...legacy]
    .filter(([place, entry]) => {
      const other = packages.get(place)
      return other !== undefined && other.integrity !== entry.integrity
    })
    .map(([place]) => ({ kind: 'sections', place }))
}

function parseUrl(resolved: LockEntry['resolved']): URL | null {
  return typeof resolved === 'string' && URL.canParse(resolved) ? new URL(resolved) : null
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
