import { entriesAt } from '../../../change/read-value.ts'
import type { FileSide } from '../../../change/view-change.ts'
import { whenChanged } from '../../match/when-changed.ts'
import { whenEntriesChange } from '../../match/when-entries-change.ts'
import type { Hit, Rule } from '../../rule.ts'

const leaveIt = 'Take it out; a maintainer sets it.'

/** Options of npm and yarn that start nothing and lead nowhere. Every other one is asked about. */
const harmlessNpmrc =
  /^(?:audit|audit-level|auto-install-peers|color|dedupe-peer-dependents|engine-strict|fund|hoist|legacy-peer-deps|link-workspace-packages|lockfile|loglevel|message|node-linker|omit|package-lock|prefer-workspace-packages|progress|provenance|public-hoist-pattern(?:\[\])?|resolution-mode|save|save-exact|save-prefix|save-workspace-protocol|shamefully-hoist|shared-workspace-lockfile|sign-git-tag|strict-peer-dependencies|tag-version-prefix|update-notifier|use-node-version)$/
/** Flags of the first yarn's commands, as lines of its own file. */
const harmlessFlag =
  /^--(?:\w{1,20}\.)?(?:ignore-engines|ignore-optional|prefer-offline|pure-lockfile|frozen-lockfile|non-interactive|network-timeout|silent)\b/
const harmlessYarnrc =
  /^(?:cacheMigrationMode|compressionLevel|defaultSemverRangePrefix|enableColors|enableGlobalCache|enableHyperlinks|enableImmutableInstalls|enableMessageNames|enableProgressBars|enableTelemetry|logFilters|nmHoistingLimits|nmMode|nodeLinker|pnpMode|preferInteractive|preferReuse|progressBarStyle)$/
/** Options of pnpm that name programs, places to fetch from, or packages that may run scripts. */
const startsPrograms =
  /^(?:allowBuilds|allowedDeprecatedVersions|configDependencies|dangerouslyAllowAllBuilds|globalPnpmfile|hooks|ignoreScripts|namedRegistries|neverBuiltDependencies|nodeOptions|onlyBuiltDependencies|onlyBuiltDependenciesFile|pnpmfile|registry|registries|scriptShell|strictSsl|verifyDepsBeforeRun)$/
const harmlessBun =
  /^(?:logLevel|smol|telemetry|test\.(?!preload$)\w{1,40}|install\.(?:auto|dev|exact|frozenLockfile|linker|lockfile|minimumReleaseAge|optional|peer|production|saveTextLockfile))$/
const harmlessPnpm =
  /^(?:packages|catalogs?|catalogMode|cleanupUnusedCatalogs|dedupePeerDependents|engineStrict|linkWorkspacePackages|minimumReleaseAge|minimumReleaseAgeExclude|nodeLinker|preferWorkspacePackages|resolutionMode|savePrefix|saveWorkspaceProtocol|sharedWorkspaceLockfile|shellEmulator|strictPeerDependencies|trustPolicyExclude|updateConfig)$/

export const npmConfigRules: readonly Rule[] = [
  {
    id: 'node-gyp',
    severity: 'block',
    paths: ['**/binding.gyp'],
    when: 'Its mere presence makes `npm install` run node-gyp, which runs the commands in it.',
    mend: leaveIt,
    match: whenChanged(),
  },
  {
    id: 'npm-config',
    severity: 'block',
    paths: ['**/.npmrc', '**/.yarnrc'],
    when: 'npm and yarn obey it on their next command in this folder: other registries, other programs, sent tokens.',
    mend: leaveIt,
    match: whenEntriesChange('ini', (document) =>
      entriesAt(document).filter((one) => !harmlessNpmrc.test(one[0]) && !harmlessFlag.test(one[0]) && !forbids(one)),
    ),
  },
  {
    id: 'yarn-config',
    severity: 'block',
    paths: ['**/.yarnrc.{yml,yaml}'],
    when: 'yarn obeys it on its next command in this folder, and loads the programs that it names.',
    mend: leaveIt,
    match: whenEntriesChange('yaml', (document) =>
      entriesAt(document).filter((one) => !harmlessYarnrc.test(one[0]) && !forbids(one)),
    ),
  },
  {
    id: 'pnpm-workspace',
    severity: 'block',
    paths: ['**/pnpm-workspace.{yaml,yml}'],
    when: 'pnpm obeys it on the next install: what may run scripts, and where packages come from.',
    mend: leaveIt,
    match: whenEntriesChange('yaml', function* (document) {
      for (const [key, value] of entriesAt(document)) if (startsPrograms.test(key)) yield* allowances(key, value)
    }),
  },
  {
    id: 'pnpm-redirect',
    severity: 'hold',
    paths: ['**/pnpm-workspace.{yaml,yml}'],
    when: 'The next install would take other code, or ask less of it.',
    mend: 'Have a person look at it.',
    match: whenEntriesChange('yaml', (document) =>
      entriesAt(document).filter(([key]) => !startsPrograms.test(key) && !harmlessPnpm.test(key)),
    ),
  },
  {
    id: 'npm-scripts-again',
    severity: 'block',
    paths: ['**/.npmrc', '**/.yarnrc.{yml,yaml}'],
    when: 'Install scripts of all packages would run again on the next install.',
    mend: leaveIt,
    match: ({ path, before, after }, { read }): Hit[] => {
      const format = /\.npmrc$/i.test(path) ? 'ini' : 'yaml'
      const holdsBack = (side: FileSide | null) => {
        const document = side === null ? null : read(side, format)
        return document?.ok === true && entriesAt(document.value).some(forbids)
      }
      return holdsBack(before) && !holdsBack(after)
        ? [{ what: 'The line that held scripts of packages back is gone.', line: null }]
        : []
    },
  },
  {
    id: 'bun-config',
    severity: 'block',
    paths: ['**/bunfig.toml'],
    when: 'bun obeys it on its next command: what it loads first, and where packages come from.',
    mend: leaveIt,
    match: whenEntriesChange('toml', (document) =>
      entriesAt(document).flatMap(([section, value]): [string, unknown][] => {
        const inner = entriesAt(value).map(([key, one]): [string, unknown] => [`${section}.${key}`, one])
        return (inner.length === 0 ? [[section, value] as [string, unknown]] : inner).filter(
          ([name]) => !harmlessBun.test(name),
        )
      }),
    ),
  },
  {
    id: 'package-manager-code',
    severity: 'block',
    paths: [
      '**/.pnpmfile.{cjs,mjs,js}',
      '**/pnpmfile.js',
      '**/package.json5',
      '**/.yarn/{releases,plugins,patches}/**',
      '**/.pnp.{cjs,js}',
      '**/.pnp.loader.mjs',
    ],
    when: 'The package manager itself would load it on its next command.',
    mend: leaveIt,
    match: whenChanged(),
  },
]

/** What holds scripts of packages back. */
function forbids([key, value]: [string, unknown]): boolean {
  return (key === 'ignore-scripts' && value === 'true') || (key === 'enableScripts' && value === false)
}

/** One by one, where they are lists of packages that may run scripts; those that may not are no news. */
function* allowances(key: string, value: unknown): Generator<[string, unknown]> {
  if (key === 'allowBuilds') {
    for (const [name, allowed] of entriesAt(value)) if (allowed !== false) yield [`${key} ${name}`, allowed]
  } else if (key === 'onlyBuiltDependencies' && Array.isArray(value)) {
    for (const name of value) yield [`${key} ${name}`, true]
  } else yield [key, value]
}
