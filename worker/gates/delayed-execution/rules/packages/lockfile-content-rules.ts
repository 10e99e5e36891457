import { printable } from '../../../change/printable.ts'
import type { FileSide } from '../../../change/view-change.ts'
import { dependencyFiles } from '../../../dependencies/dependency-files.ts'
import type { DependencyFile, FoundPackage } from '../../../dependencies/found-package.ts'
import { createLineFinder } from '../../../dependencies/line-finder.ts'
import type { Hit, Match, Rule } from '../../rule.ts'

/** Findings in one lockfile: a hostile one has as many as it likes. */
const most = 20
/** Versions of branches move by themselves. */
const moving = /^dev-|-dev$/

/** A version that was released has one content for good. What npm writes is judged by rules of its own. */
export const lockfileContentRules: readonly Rule[] = [
  {
    id: 'lockfile-integrity',
    severity: 'block',
    paths: [
      '**/{yarn,Cargo,poetry,uv,pdm,Gemfile,composer,bun}.lock',
      '**/pnpm-lock.{yaml,yml}',
      '**/{Pipfile.lock,go.sum}',
    ],
    when: 'The next install would take another content than the one that everybody else has, and run what it brings.',
    mend: 'Restore the lockfile and let the package manager write it again.',
    match: contentChanges,
  },
]

function contentChanges(...[file]: Parameters<Match>): Hit[] {
  const kind = dependencyFiles.find(({ kind: is, paths }) => is === 'lockfile' && paths.test(file.path))
  if (kind === undefined || file.before === null || file.after === null) return []
  const before = byVersion(kind, file.before)
  const after = byVersion(kind, file.after)
  const changed = [...after].flatMap(([key, [first, ...others]]) => {
    const old = before.get(key)
    return old !== undefined && first !== undefined && differ(old, [first, ...others]) ? [first] : []
  })
  const lost = loseDigest([...before.values()].flat(), [...after.values()].flat())
  const lineOf = createLineFinder(file, [...changed, ...lost])
  const hit = (what: string) => (one: FoundPackage) => ({
    what: `\`${printable(one.name)}\` ${what} at the same version.`,
    line: one.line ?? lineOf(one),
  })
  return [
    ...changed.slice(0, most).map(hit('has another content than before')),
    ...lost.slice(0, most).map(hit('had a digest before, and has none now,')),
  ]
}

/** Any content would do. Where the whole file has no such digests any more, another program writes it. */
function loseDigest(before: readonly FoundPackage[], after: readonly FoundPackage[]): FoundPackage[] {
  const nameOf = ({ name, version }: FoundPackage) => JSON.stringify([name, version])
  const bound = new Map(before.flatMap((one) => (one.integrity.length > 0 ? [[nameOf(one), one] as const] : [])))
  const written = new Set(after.flatMap(({ integrity }) => integrity.map(algorithmOf)))
  return after.filter(
    (one) =>
      one.integrity.length === 0 &&
      bound.get(nameOf(one))?.integrity.some((digest) => written.has(algorithmOf(digest))) === true,
  )
}

function byVersion(kind: DependencyFile, { text }: FileSide): Map<string, FoundPackage[]> {
  const packages = (text === null ? null : kind.read(text)) ?? []
  const released = packages.filter(({ version }) => !moving.test(version))
  return Map.groupBy(released, ({ name, version, elsewhere }) => JSON.stringify([name, version, elsewhere]))
}

/** No digest in common, though both have some by the same algorithm: more files of a release are no other content. */
function differ(before: readonly FoundPackage[], after: readonly FoundPackage[]): boolean {
  const [old, now] = [before, after].map((packages) => new Set(packages.flatMap(({ integrity }) => integrity)))
  if (old === undefined || now === undefined || !old.isDisjointFrom(now)) return false
  const algorithms = new Set([...old].map(algorithmOf))
  return [...now].some((digest) => algorithms.has(algorithmOf(digest)))
}

function algorithmOf(digest: string): string {
  return /^[^:-]{0,20}/.exec(digest)?.[0] ?? ''
}
