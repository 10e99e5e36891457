import type { DocumentFormat } from '../../../change/parse-document.ts'
import { printable } from '../../../change/printable.ts'
import { entriesAt, listAt, textAt, valueAt } from '../../../change/read-value.ts'
import type { ChangedFile } from '../../../change/view-change.ts'
import { mavenFiles } from '../../../dependencies/maven.ts'
import { type Pick, whenEntriesChange } from '../../match/when-entries-change.ts'
import type { Change, Hit, Match, Rule } from '../../rule.ts'
import { newDependency } from './new-dependency.ts'

/** Tables of a manifest whose keys are packages. */
const tables: readonly [paths: string, format: DocumentFormat, tables: readonly string[]][] = [
  ['**/Pipfile', 'toml', ['packages', 'dev-packages']],
  ['**/pubspec.yaml', 'yaml', ['dependencies', 'dev_dependencies', 'dependency_overrides']],
  ['**/shard.yml', 'yaml', ['dependencies', 'development_dependencies']],
  ['**/pixi.toml', 'toml', ['dependencies', 'pypi-dependencies', 'build-dependencies', 'host-dependencies']],
  ['**/Project.toml', 'toml', ['deps', 'weakdeps', 'extras']],
  ['**/.config/dotnet-tools.json', 'json', ['tools']],
]
const nugetPackage =
  /<(?:Package(?:Reference|Version|Download)|GlobalPackageReference)\s.{0,100}?\b(?:Include|Update)\s{0,5}=\s{0,5}"([^"]{1,200})"|<package\s.{0,100}?\bid\s{0,5}=\s{0,5}"([^"]{1,200})"/i
/** More of them in one change are one word more and no help. */
const mostLookedFor = 50

/** Manifests that the license gate does not read: by name, so that another version is no new package. */
export const manifestDependencyRules: readonly Rule[] = [
  ...tables.map(
    ([path, format, names]): Rule => ({
      ...newDependency,
      paths: [path],
      match: whenEntriesChange(format, (document) =>
        names.flatMap((table) => entriesAt(document, table).map(([name]) => [`dependency ${name}`, true] as const)),
      ),
    }),
  ),
  { ...newDependency, paths: ['**/*.versions.toml'], match: whenEntriesChange('toml', catalog) },
  {
    ...newDependency,
    paths: ['**/{vcpkg,vcpkg-configuration}.json', '**/Chart.yaml', '**/environment{,-*,.*}.{yml,yaml}'],
    match: whenEntriesChange('yaml', listed),
  },
  {
    ...newDependency,
    paths: ['**/*.{csproj,fsproj,vbproj,props,targets}', '**/packages.config'],
    match: whenPackagesOfNugetAppear,
  },
  { ...newDependency, paths: ['**/pom.xml'], match: whenPomAsks },
]

/** A library by its module, a plugin by its id: how the catalog calls it is no news. */
function* catalog(document: unknown): ReturnType<Pick> & Generator<[string, unknown]> {
  for (const [table, keys] of [
    ['libraries', ['module', 'group', 'name']],
    ['plugins', ['id']],
  ] as const) {
    for (const [, one] of entriesAt(document, table)) {
      const [group, name] =
        typeof one === 'string' ? one.split(':') : keys.map((key) => textAt(one, key)).filter(Boolean)
      const known = table === 'plugins' || name === undefined ? group : `${group}:${name}`
      yield [`dependency ${known}`, table]
    }
  }
}

function listed(document: unknown): [string, unknown][] {
  const entries = [
    ...listAt(document, 'dependencies'),
    ...listAt(document, 'registries'),
    ...listAt(document, 'channels'),
  ]
  const pip = entries.flatMap((one) => listAt(one, 'pip'))
  return [...entries.filter((one) => valueAt(one, 'pip') === undefined), ...pip].map((one) => {
    const name =
      typeof one === 'string' ? one.split(/[\s=<>!~[;@]/)[0] : [textAt(one, 'name'), textAt(one, 'repository')]
    return [`dependency ${String(name)}`, true]
  })
}

function whenPackagesOfNugetAppear(...[file, change]: Parameters<Match>): Hit[] {
  const asked = file.added.flatMap(({ text, number }) => {
    const [, name, old] = nugetPackage.exec(text) ?? []
    const one = name ?? old
    return one === undefined ? [] : [{ name: one, number }]
  })
  return asked
    .slice(0, mostLookedFor)
    .filter(({ name }) => !wasAsked(name, change))
    .map(({ name, number }) => ({ what: `\`dependency ${printable(name)}\` is new.`, line: number }))
}

/** A POM that was there before; a new one is looked at as a whole. */
function whenPomAsks({ before, after }: ChangedFile, { isInstalled }: Change): Hit[] {
  if (before === null || after?.text == null) return []
  const { text } = after
  const asked = new Map(mavenFiles.flatMap(({ read }) => read(text) ?? []).map((one) => [one.name, one]))
  return [...asked.values()]
    .filter(({ name }) => !isInstalled('maven', name))
    .map(({ name, line }) => ({ what: `\`dependency ${printable(name)}\` is new.`, line }))
}

/** By any file of this change: a package that moves between projects, or its version to another file, is no new one. */
function wasAsked(name: string, { files }: Change): boolean {
  return [...files.values()].some(
    ({ path, before }) =>
      /(?:proj|\.props|\.targets|\.config)$/i.test(path) && before?.text?.includes(`"${name}"`) === true,
  )
}
