import { parseDocument } from '../change/parse-document.ts'
import { entriesAt, listAt, textAt, valueAt } from '../change/read-value.ts'
import { type DependencyFile, type FoundPackage, found } from './found-package.ts'
import { readRequirement } from './requirement.ts'

const publicIndex = /^https:\/\/pypi\.org\/simple\/?$/

export const pythonFiles: readonly DependencyFile[] = [
  { ecosystem: 'pypi', paths: /(?:^|\/)poetry\.lock$/i, kind: 'lockfile', read: (text) => readLock(text, fromPoetry) },
  { ecosystem: 'pypi', paths: /(?:^|\/)uv\.lock$/i, kind: 'lockfile', read: (text) => readLock(text, fromUv) },
  { ecosystem: 'pypi', paths: /(?:^|\/)pyproject\.toml$/i, kind: 'manifest', read: readProject },
]

type Entry = { readonly name: string; readonly version: string; readonly value: unknown }

function readLock(text: string, from: (entry: Entry) => FoundPackage[]): FoundPackage[] | null {
  const document = parseDocument(text, 'toml')
  if (!document.ok) return null
  const entries = listAt(document.value, 'package').map((value) => {
    const name = textAt(value, 'name')
    return name === null ? null : { name, version: textAt(value, 'version') ?? '?', value }
  })
  if (entries.includes(null)) return null
  return entries.flatMap((entry) => (entry === null ? [] : from(entry)))
}

function fromPoetry({ name, version, value }: Entry): FoundPackage[] {
  const type = textAt(value, 'source', 'type')
  if (type === 'directory') return []
  const url = textAt(value, 'source', 'url') ?? type
  const elsewhere = url === null || publicIndex.test(url) ? null : url
  return [found(name, version, { integrity: hashesOf(listAt(value, 'files')), elsewhere })]
}

function fromUv({ name, version, value }: Entry): FoundPackage[] {
  const source = entriesAt(value, 'source')
  const [kind = 'registry', where] = source[0] ?? []
  if (['virtual', 'editable', 'directory', 'workspace'].includes(kind)) return []
  const elsewhere = kind === 'registry' && publicIndex.test(String(where)) ? null : `${kind} ${String(where)}`
  const integrity = hashesOf([valueAt(value, 'sdist'), ...listAt(value, 'wheels')])
  return [found(name, version, { integrity, elsewhere })]
}

function hashesOf(files: readonly unknown[]): string[] {
  return files.flatMap((file) => textAt(file, 'hash') ?? [])
}

function readProject(text: string): FoundPackage[] | null {
  const document = parseDocument(text, 'toml')
  if (!document.ok) return null
  const { value } = document
  const lists = [
    listAt(value, 'project', 'dependencies'),
    listAt(value, 'build-system', 'requires'),
    ...entriesAt(value, 'project', 'optional-dependencies').map(([, list]) => listAt(list)),
    ...entriesAt(value, 'dependency-groups').map(([, list]) => listAt(list)),
    listAt(value, 'tool', 'uv', 'dev-dependencies'),
  ]
  const listed = lists
    .flat()
    .filter((one) => typeof one === 'string')
    .map((one) => readRequirement(one) ?? found(one.slice(0, 200), '?', { exact: false }))
  const groups = entriesAt(value, 'tool', 'poetry', 'group').map(([, group]) => entriesAt(group, 'dependencies'))
  const poetry = [
    ...entriesAt(value, 'tool', 'poetry', 'dependencies'),
    ...entriesAt(value, 'tool', 'poetry', 'dev-dependencies'),
    ...groups.flat(),
  ]
  return [...listed, ...poetry.filter(([name]) => name !== 'python').flatMap(([name, asked]) => fromTable(name, asked))]
}

/** Poetry's `name = "^1.0"` and `name = { git = "…" }`. */
function fromTable(name: string, asked: unknown): FoundPackage[] {
  if (textAt(asked, 'path') !== null) return []
  const elsewhere = textAt(asked, 'git') ?? textAt(asked, 'url')
  const range = typeof asked === 'string' ? asked : (textAt(asked, 'version') ?? 'any')
  const version = /^(?:==?)?\s{0,10}(\d[\w.+!-]{0,100})$/.exec(range)?.[1]
  return [found(name, version ?? range, { exact: version !== undefined, elsewhere })]
}
