import { printable } from '../../change/printable.ts'
import { entriesAt } from '../../change/read-value.ts'
import type { FileSide } from '../../change/view-change.ts'
import { whenEntriesChange } from '../match/when-entries-change.ts'
import type { Hit, Match, Rule, RuleText } from '../rule.ts'

const newDependency: RuleText = {
  id: 'new-dependency',
  severity: 'hold',
  when: 'Its code would run wherever this project is built, tested or used, some of it on install.',
  mend: 'Have a person look at the package: is it the one that was meant, and is it needed?',
}

const requirement = /^\s{0,40}([A-Za-z0-9][\w.-]{0,100})\s{0,10}(?:$|[[=<>!~;@#,])/
const gem = /^\s{0,40}gem\s{0,5}\(?\s{0,5}["']([\w.-]{1,100})["']/
const goModule = /^\s{0,10}(?:require\s{1,5})?([\w-]{1,60}(?:\.[\w-]{1,60}){1,6}\/[\w./~-]{1,200})\s{1,5}v\d/
const tableEntry = /^\s{0,10}["']?([A-Za-z0-9][\w-]{0,100})["']?\s{0,10}(?:\.[\w-]{1,30}\s{0,5})?=/
const quotedRequirement = /["']([A-Za-z0-9][\w.-]{0,100})\s{0,5}(?:\[[\w, -]{0,100}\])?\s{0,5}(?:["'=<>!~;]|@\s)/g
const listOfRequirements = /^\s{0,10}(?:(?:["']?[\w-]{1,60}["']?\s{0,10}=\s{0,10})?\[|["'])/

/** Dependencies of other languages than JavaScript: by name, so that another version is no new one. */
export const dependencyRules: readonly Rule[] = [
  {
    ...newDependency,
    paths: ['**/*requirements*.{txt,in}', '**/requirements/*.{txt,in}'],
    match: whenNamesAppear(({ lines }) => lines.flatMap((line) => requirement.exec(line)?.[1] ?? [])),
  },
  {
    ...newDependency,
    paths: ['**/pyproject.toml'],
    match: whenNamesAppear(({ lines }) => [
      ...listOf(inSections(lines, /^project$/)).flatMap(quotedNames),
      ...inSections(lines, /^(?:project\.optional-dependencies|dependency-groups)$/).flatMap(quotedNames),
      ...inSections(lines, /^tool\.poetry(?:\.group\.[\w-]{1,60})?\.(?:dev-)?dependencies$/).flatMap(tableName),
    ]),
  },
  {
    ...newDependency,
    paths: ['**/Cargo.toml'],
    match: whenNamesAppear(({ lines }) => [
      ...inSections(lines, /(?:^|\.)(?:dev-|build-)?dependencies$/).flatMap(tableName),
      ...lines.flatMap(
        (line) => /^\s{0,10}\[(?:.{1,100}\.)?(?:dev-|build-)?dependencies\.([\w-]{1,100})\]/.exec(line)?.[1] ?? [],
      ),
    ]),
  },
  {
    ...newDependency,
    paths: ['**/go.mod'],
    match: whenNamesAppear(({ lines }) =>
      lines.flatMap((line) => (line.includes('// indirect') ? [] : (goModule.exec(line)?.[1] ?? []))),
    ),
  },
  {
    ...newDependency,
    paths: ['**/{Gemfile,gems.rb}'],
    match: whenNamesAppear(({ lines }) => lines.flatMap((line) => gem.exec(line)?.[1] ?? [])),
  },
  {
    ...newDependency,
    paths: ['**/composer.json'],
    match: whenEntriesChange('json', function* (document) {
      for (const field of ['require', 'require-dev']) {
        for (const [name] of entriesAt(document, field)) if (name.includes('/')) yield [`dependency ${name}`, true]
      }
    }),
  },
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

/** Fires for each name that the file did not have before, case and `_` for `-` aside. */
function whenNamesAppear(names: (side: FileSide) => readonly string[]): Match {
  return (file): Hit[] => {
    if (file.after === null) return []
    const known = new Set((file.before === null ? [] : names(file.before)).map(plain))
    const news = new Map(names(file.after).map((name) => [plain(name), name]))
    return [...news]
      .filter(([key]) => !known.has(key))
      .map(([, name]) => ({
        what: `\`dependency ${printable(name)}\` is new.`,
        line: file.added.find(({ text }) => text.includes(name))?.number ?? null,
      }))
  }
}

const plain = (name: string) => name.toLowerCase().replaceAll(/[_.]/g, '-')
const tableName = (line: string) => [tableEntry.exec(line)?.[1] ?? []].flat().filter((name) => name !== 'python')

function quotedNames(line: string): string[] {
  return listOfRequirements.test(line) ? [...line.matchAll(quotedRequirement)].map(([, name = '']) => name) : []
}

/** From `dependencies = [` to the bracket that ends it: the section has lists of other things too. */
function listOf(lines: readonly string[]): string[] {
  let inside = false
  return lines.filter((line) => {
    const begins = /^\s{0,10}dependencies\s{0,10}=/.test(line)
    const kept = inside || begins
    inside = kept && !/^\s{0,40}\]/.test(line) && !(begins && /\]\s{0,10}(?:#|$)/.test(line))
    return kept
  })
}

/** Lines below headers of these names, and not below the next one. */
function inSections(lines: readonly string[], wanted: RegExp): string[] {
  let inside = false
  return lines.filter((line) => {
    const header = /^\s{0,10}\[{1,2}\s{0,5}([^\]]{1,200})\]/.exec(line)?.[1]?.trim()
    // A list that begins a line has no name before its bracket, and ends with something else.
    if (header !== undefined && /^[\w."'-]+$/.test(header)) inside = wanted.test(header)
    return inside && header === undefined && !line.trimStart().startsWith('#')
  })
}
