import { type Ecosystem, plainName } from '../../../../contract/index.ts'
import { printable } from '../../../change/printable.ts'
import type { FileSide } from '../../../change/view-change.ts'
import { bundlerFiles } from '../../../dependencies/bundler.ts'
import { cargoFiles } from '../../../dependencies/cargo.ts'
import { composerFiles } from '../../../dependencies/composer.ts'
import type { DependencyFile, FoundPackage } from '../../../dependencies/found-package.ts'
import { goFiles } from '../../../dependencies/go.ts'
import { createLineFinder } from '../../../dependencies/line-finder.ts'
import { pythonFiles } from '../../../dependencies/python.ts'
import { requirementsFiles } from '../../../dependencies/requirements.ts'
import type { Hit, Match, Rule, RuleText } from '../../rule.ts'
import { newDependency } from './new-dependency.ts'

const unreadable: RuleText = {
  id: 'unreadable-file',
  severity: 'hold',
  when: 'Package managers look here for what to install, and may read it where Airlock cannot.',
  mend: 'Make it valid, or have a person look at it.',
}

/** Dependencies of other languages than JavaScript: by name, so that another version is no new one. */
export const dependencyRules: readonly Rule[] = [
  ...(
    [
      [['**/*requirements*.{txt,in}', '**/requirements/*.{txt,in}'], requirementsFiles],
      [['**/pyproject.toml'], pythonFiles],
      [['**/Cargo.toml'], cargoFiles],
      [['**/go.mod'], goFiles],
      [['**/{Gemfile,gems.rb}'], bundlerFiles],
      [['**/composer.json'], composerFiles],
    ] as const
  ).map(([paths, files]) => ({ ...newDependency, paths, match: whenPackagesAppear(files) })),
  {
    id: 'dependency-source',
    severity: 'hold',
    paths: ['**/*requirements*.{txt,in}', '**/requirements/*.{txt,in}', '**/pyproject.toml', '**/Pipfile'],
    when: 'The next install would take whatever is there at that moment and run its setup.',
    mend: 'Use a version from the index.',
    match: (file) =>
      file.added
        .filter(({ text }) =>
          /^\s{0,40}(?!#).{0,200}(?:\bgit\+|@\s{0,5}(?:https?|file):|\bgit\s{0,5}=\s{0,5}")/.test(text),
        )
        .map(({ number }) => ({ what: 'This line names a source that is no index.', line: number })),
  },
]

/** Fires for each package that the manifest did not name before; what another package brings along is no new choice. */
function whenPackagesAppear(files: readonly DependencyFile[]): Match {
  const kind = files.find((one) => one.kind === 'manifest')
  const namesIn = ({ text }: FileSide): Map<string, FoundPackage> | null => {
    const found = text === null ? null : kind?.read(text)
    return found == null ? null : new Map(found.map((one) => [keyOf(one.name, kind?.ecosystem), one]))
  }
  return (file, { isInstalled }): Hit[] => {
    if (file.after === null) return []
    const names = namesIn(file.after)
    if (names === null) return [{ what: 'This file could not be read.', line: null, text: unreadable }]
    const known = file.before === null ? null : namesIn(file.before)
    const { lines } = file.after
    const isChosen = ({ line }: FoundPackage) => line === null || !/\/\/ indirect\b/.test(lines[line - 1] ?? '')
    const isHere = ({ name, elsewhere }: FoundPackage) =>
      kind !== undefined && elsewhere === null && isInstalled(kind.ecosystem, name)
    const news = [...names]
      .filter(([key, one]) => known?.has(key) !== true && isChosen(one) && !isHere(one))
      .map(([, one]) => one)
    const lineOf = createLineFinder(file, news)
    return news.map((one) => ({
      what: `\`dependency ${printable(one.name)}\` is new.`,
      line: one.line ?? lineOf(one),
    }))
  }
}

/** How a registry tells packages apart. Another major version of a Go module is at a path below the same repository. */
function keyOf(name: string, ecosystem: Ecosystem | undefined): string {
  const plain = (ecosystem === undefined ? name : plainName(ecosystem, name)).toLowerCase()
  if (ecosystem === 'golang') return plain.replace(/[/.]v\d{1,3}$/, '')
  return ecosystem === 'cargo' ? plain.replaceAll('_', '-') : plain
}
