import { entriesAt, listAt, valueAt } from '../../../change/read-value.ts'
import type { IsInstalled } from '../../find-installed.ts'
import { type Pick, whenEntriesChange } from '../../match/when-entries-change.ts'
import type { Rule } from '../../rule.ts'
import { managesTheSame } from './manages-the-same.ts'
import { reachedScripts } from './reached-scripts.ts'

const manifest = ['**/package.json']
const onInstall = 'It would run on `npm install`, here, in CI and for everyone who installs the package from git.'
const leaveScripts = 'Take it out, or let a maintainer make this change.'

const installScripts = [
  'preinstall',
  'install',
  'postinstall',
  'prepublish',
  'preprepare',
  'prepare',
  'postprepare',
  'dependencies',
  'pnpm:devPreinstall',
]
const publishScripts = ['prepack', 'postpack', 'prepublishOnly', 'publish', 'postpublish']
const otherScripts = ['preversion', 'version', 'postversion', 'preuninstall', 'uninstall', 'postuninstall']
const dependencyFields = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies']

export const npmManifestRules: readonly Rule[] = [
  {
    id: 'npm-install-script',
    severity: 'block',
    paths: ['**/package.yaml'],
    when: 'pnpm reads it as `package.json`: it would run on `pnpm install` or `pnpm publish`.',
    mend: leaveScripts,
    match: whenEntriesChange('yaml', (document) =>
      pickKeys(document, ['scripts'], [...installScripts, ...publishScripts]),
    ),
  },
  {
    id: 'npm-install-script',
    severity: 'block',
    paths: manifest,
    when: onInstall,
    mend: leaveScripts,
    match: whenEntriesChange('json', (document) => pickKeys(document, ['scripts'], installScripts)),
  },
  {
    id: 'npm-publish-script',
    severity: 'block',
    paths: manifest,
    when: "It would run on `npm pack` and `npm publish`, beside the publisher's token.",
    mend: leaveScripts,
    match: whenEntriesChange('json', (document) => pickKeys(document, ['scripts'], publishScripts)),
  },
  {
    id: 'npm-lifecycle-script',
    severity: 'hold',
    paths: manifest,
    when: 'It would run on `npm version` or `npm uninstall`.',
    mend: leaveScripts,
    match: whenEntriesChange('json', (document) => pickKeys(document, ['scripts'], otherScripts)),
  },
  {
    id: 'npm-reached-script',
    severity: 'hold',
    paths: manifest,
    when: 'A lifecycle script calls it, so it would run on `npm install` or `npm publish`.',
    mend: 'Have a person look at what it does now.',
    match: whenEntriesChange('json', (document) => reachedScripts(document, [...installScripts, ...publishScripts])),
  },
  {
    id: 'npm-git-hooks',
    severity: 'block',
    paths: manifest,
    when: 'It would run on the next `git commit` or `git push` after `npm install`.',
    mend: 'Take it out; a maintainer who wants the hook adds it themselves.',
    match: whenEntriesChange('json', (document) =>
      pickKeys(document, [], ['husky', 'simple-git-hooks', 'gitHooks', 'pre-commit', 'pre-push']),
    ),
  },
  {
    id: 'npm-staged-command',
    severity: 'hold',
    paths: manifest,
    when: 'Where a hook calls lint-staged, it would run on the next `git commit`.',
    mend: 'Have a person look at it.',
    match: whenEntriesChange('json', function* (document) {
      // By command alone: on which files it runs is no news.
      for (const command of textsIn(valueAt(document, 'lint-staged'))) yield [`lint-staged ${command}`, true]
    }),
  },
  {
    id: 'npm-build-allowance',
    severity: 'block',
    paths: manifest,
    when: 'Scripts of dependencies that were held back would run on the next install.',
    mend: 'Leave the list of packages that may run scripts to a maintainer.',
    match: whenEntriesChange('json', function* (document) {
      yield* pickKeys(document, [], ['dependenciesMeta', 'lavamoat', 'gypfile', 'binary'])
      for (const name of listAt(document, 'trustedDependencies')) yield [`trustedDependencies ${name}`, true]
      for (const name of listAt(document, 'pnpm', 'onlyBuiltDependencies'))
        yield [`onlyBuiltDependencies ${name}`, true]
      yield* entriesAt(document, 'pnpm')
        .filter(([key]) => key !== 'overrides' && key !== 'onlyBuiltDependencies')
        .map(withPrefix('pnpm.'))
    }),
  },
  {
    id: 'npm-redirect',
    severity: 'hold',
    paths: manifest,
    when: 'The next install, or publish, would take other code or go to another place.',
    mend: 'Say in the task why it is needed, and have a person approve it.',
    match: whenEntriesChange('json', function* (document) {
      yield* pickKeys(document, [], ['overrides', 'resolutions', 'devEngines', 'workspaces'])
      // Whether the published package has what its source has, is no news; where it goes to, and who may read it, is.
      const {
        exports: _exports,
        main: _main,
        types: _types,
        ...publish
      } = Object.fromEntries(entriesAt(document, 'publishConfig'))
      yield* entriesAt(publish).map(withPrefix('publishConfig.'))
      yield* pickKeys(document, ['pnpm'], ['overrides'])
    }),
  },
  {
    id: 'npm-redirect',
    severity: 'hold',
    paths: manifest,
    when: 'The next install would be done by that program.',
    mend: 'Say in the task why it is needed, and have a person approve it.',
    match: (file, change) =>
      managesTheSame(file, change)
        ? []
        : whenEntriesChange('json', (document) => pickKeys(document, [], ['packageManager']))(file, change),
  },
  {
    id: 'new-dependency',
    severity: 'hold',
    paths: manifest,
    when: 'Its code would run wherever this project is built, tested or used, its install scripts on `npm install`.',
    mend: 'Have a person look at the package: is it the one that was meant, and is it needed?',
    match: (file, change) => whenEntriesChange('json', newcomers(change.isInstalled))(file, change),
  },
  {
    id: 'dependency-source',
    severity: 'hold',
    paths: manifest,
    when: 'The next `npm install` would take whatever is there at that moment and run its scripts.',
    mend: 'Use a version from the registry.',
    match: whenEntriesChange('json', (document) =>
      dependencies(document).filter(([, range]) => !isRegistryRange(range)),
    ),
  },
]

function* pickKeys(
  document: unknown,
  at: readonly string[],
  keys: readonly string[],
): ReturnType<Pick> & Generator<[string, unknown]> {
  for (const key of keys) {
    const value = valueAt(document, ...at, key)
    if (value !== undefined) yield [[...at, key].join('.'), value]
  }
}

function withPrefix(prefix: string) {
  return ([key, value]: [string, unknown]): [string, unknown] => [prefix + key, value]
}

function dependencies(document: unknown): [string, unknown][] {
  const named = dependencyFields.flatMap((field) => entriesAt(document, field).map(withPrefix(`${field} `)))
  const bundled = listAt(document, 'bundleDependencies').map((name): [string, unknown] => [`bundled ${name}`, ''])
  return [...named, ...bundled]
}

/** By name alone, so that a package that moves from one list to another is not a new one. */
function newcomers(isInstalled: IsInstalled): Pick {
  return function* (document) {
    for (const [label, range] of dependencies(document)) {
      const name = label.slice(label.indexOf(' ') + 1)
      // Types have no code, and their scope belongs to one publisher, who lets none have scripts.
      const isTypes = /^@types\//.test(name)
      const isHere =
        isRegistryRange(range) && (isTypes || /^workspace:/.test(String(range)) || isInstalled('npm', name))
      if (!isHere) yield [`dependency ${name}`, true]
    }
  }
}

/** A version, a range, a tag or the workspace; not git, a URL, a folder or another package's name. */
function isRegistryRange(range: unknown): boolean {
  return typeof range === 'string' && (/^(?:workspace:|catalog:)/.test(range) || /^[^:/]*$/.test(range))
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}
