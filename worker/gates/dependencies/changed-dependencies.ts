import { type Ecosystem, plainName } from '../../contract/index.ts'
import { isFixture } from '../change/classify-path.ts'
import type { ChangedFile, FileSide } from '../change/view-change.ts'
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
  const locks = read.flatMap(({ file, kind, packages }) =>
    kind.kind === 'manifest' ? [] : { folder: folderOf(file.path), names: new Set((packages ?? []).map(nameKey)) },
  )
  const added = read.flatMap(({ file, kind, packages }) => {
    const deciding = kind.kind === 'manifest' ? locks.filter(({ folder }) => file.path.startsWith(folder)) : []
    const counted = packages?.filter((one) => !deciding.some(({ names }) => names.has(nameKey(one))))
    return newIn(file, kind, counted ?? [])
  })
  const unreadable = read.filter(({ file, packages }) => packages === null && !isFixture(file.path))
  return { added, unreadable: unreadable.map(({ file }) => file.path) }
}

/** The whole of a file that the change leaves behind. What a symlink leads to may be read under a name of no such file. */
function readFile(file: ChangedFile): ReadFile[] {
  const tail = withFolder(file.path)
  const kind = dependencyFiles.find(({ paths }) => paths.test(tail))
  if (kind === undefined || file.after === null) return []
  const found = file.after.mode === '120000' ? null : readSide(kind, file.after)
  const packages = found?.map((one) => ({ ...one, ecosystem: kind.ecosystem, path: file.path }))
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
  const news = new Map<string, Dependency>()
  for (const one of packages) {
    const key = contentKey(one)
    if (!known.has(key) && !news.has(key)) news.set(key, one)
  }
  const unplaced = [...news.values()].filter(({ line }) => line === null)
  const lineOf = createLineFinder(file, unplaced)
  return [...news.values()].map((one) => ({ ...one, line: one.line ?? lineOf(one) }))
}

/** No kind of file is told by more than its name and its folder's. */
function withFolder(path: string): string {
  const at = path.lastIndexOf('/')
  return at < 1 ? path : path.slice(path.lastIndexOf('/', at - 1) + 1)
}

function nameKey({ ecosystem, name }: Dependency): string {
  return `${ecosystem} ${plainName(ecosystem, name)}`
}

/** With the slash behind it; nothing for the root. A lockfile decides for all projects below its folder. */
function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1)
}

function contentKey(one: FoundPackage): string {
  return JSON.stringify([one.name, one.version, one.elsewhere, [...one.integrity].sort()])
}
