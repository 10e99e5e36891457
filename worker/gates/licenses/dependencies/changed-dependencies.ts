import { type Ecosystem, plainName } from '../../../contract/index.ts'
import type { ChangedFile, FileSide } from '../../change/view-change.ts'
import { dependencyFiles } from './dependency-files.ts'
import type { DependencyFile, FoundPackage } from './found-package.ts'
import { createLineFinder } from './line-finder.ts'

/** One package that the change adds, or moves to another version, source or content. */
export interface Dependency extends FoundPackage {
  readonly ecosystem: Ecosystem
  readonly path: string
}

export interface ChangedDependencies {
  readonly added: readonly Dependency[]
  /** Files of which nothing can be said. */
  readonly unreadable: readonly string[]
}

interface ReadFile {
  readonly file: ChangedFile
  readonly kind: DependencyFile
  /** Null: unreadable. */
  readonly packages: readonly Dependency[] | null
}

/** What the change brings in by manifests and lockfiles. Pure. */
export function changedDependencies(files: readonly ChangedFile[]): ChangedDependencies {
  const read = files.flatMap(readFile)
  const locked = new Set(
    read.flatMap(({ kind, packages }) => (kind.kind === 'lockfile' ? (packages ?? []).map(nameKey) : [])),
  )
  const added = read.flatMap(({ file, kind, packages }) => {
    const counted = kind.kind === 'lockfile' ? packages : packages?.filter((one) => !locked.has(nameKey(one)))
    return newIn(file, kind, counted ?? [])
  })
  return { added, unreadable: read.filter(({ packages }) => packages === null).map(({ file }) => file.path) }
}

/** The whole of a file that the change leaves behind; a symlink's target is no list of packages. */
function readFile(file: ChangedFile): ReadFile[] {
  const kind = dependencyFiles.find(({ paths }) => paths.test(file.path))
  if (kind === undefined || file.after === null || file.after.mode === '120000') return []
  const packages = readSide(kind, file.after)?.map((one) => ({ ...one, ecosystem: kind.ecosystem, path: file.path }))
  return [{ file, kind, packages: packages ?? null }]
}

function readSide(kind: DependencyFile, { text, content }: FileSide): readonly FoundPackage[] | null {
  if (content.length === 0) return []
  return text === null ? null : kind.read(text)
}

function newIn(file: ChangedFile, kind: DependencyFile, packages: readonly Dependency[]): Dependency[] {
  if (packages.length === 0) return []
  const before = file.before === null ? [] : (readSide(kind, file.before) ?? [])
  const known = new Set(before.map(contentKey))
  const unbound = new Set(before.filter(({ integrity }) => integrity.length === 0).map(versionKey))
  const news = new Map<string, Dependency>()
  for (const one of packages) {
    const isSame = known.has(contentKey(one)) || unbound.has(versionKey(one))
    if (!isSame && !news.has(contentKey(one))) news.set(contentKey(one), one)
  }
  const lineOf = createLineFinder(file)
  return [...news.values()].map((one) => ({ ...one, line: one.line ?? lineOf(one) }))
}

function nameKey({ ecosystem, name }: Dependency): string {
  return `${ecosystem} ${plainName(ecosystem, name)}`
}

function versionKey({ name, version, elsewhere }: FoundPackage): string {
  return JSON.stringify([name, version, elsewhere])
}

function contentKey(one: FoundPackage): string {
  return JSON.stringify([one.name, one.version, one.elsewhere, [...one.integrity].sort()])
}
