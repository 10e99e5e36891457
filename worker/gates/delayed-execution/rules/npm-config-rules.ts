import { entriesAt } from '../../change/read-value.ts'
import { whenChanged } from '../match/when-changed.ts'
import { whenEntriesChange } from '../match/when-entries-change.ts'
import type { Rule } from '../rule.ts'

const leaveIt = 'Take it out; a maintainer sets it.'

/** Options of npm and yarn that start nothing and lead nowhere. Every other one is asked about. */
const harmlessNpmrc =
  /^(?:audit|audit-level|auto-install-peers|color|dedupe-peer-dependents|engine-strict|fund|hoist|legacy-peer-deps|link-workspace-packages|lockfile|loglevel|message|node-linker|omit|package-lock|prefer-workspace-packages|progress|provenance|public-hoist-pattern(?:\[\])?|resolution-mode|save|save-exact|save-prefix|save-workspace-protocol|shamefully-hoist|shared-workspace-lockfile|sign-git-tag|strict-peer-dependencies|tag-version-prefix|update-notifier|use-node-version)$/
const harmlessYarnrc =
  /^(?:cacheMigrationMode|compressionLevel|defaultSemverRangePrefix|enableColors|enableGlobalCache|enableHyperlinks|enableImmutableInstalls|enableMessageNames|enableProgressBars|enableTelemetry|logFilters|nmHoistingLimits|nmMode|nodeLinker|pnpMode|preferInteractive|preferReuse|progressBarStyle)$/
/** Options of pnpm that name programs, places to fetch from, or packages that may run scripts. */
const startsPrograms =
  /^(?:allowBuilds|allowedDeprecatedVersions|configDependencies|dangerouslyAllowAllBuilds|globalPnpmfile|hooks|ignoreScripts|namedRegistries|neverBuiltDependencies|nodeOptions|onlyBuiltDependencies|onlyBuiltDependenciesFile|pnpmfile|registry|registries|scriptShell|strictSsl|verifyDepsBeforeRun)$/
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
    match: whenEntriesChange('ini', (document) => entriesAt(document).filter(([key]) => !harmlessNpmrc.test(key))),
  },
  {
    id: 'yarn-config',
    severity: 'block',
    paths: ['**/.yarnrc.{yml,yaml}'],
    when: 'yarn obeys it on its next command in this folder, and loads the programs that it names.',
    mend: leaveIt,
    match: whenEntriesChange('yaml', (document) => entriesAt(document).filter(([key]) => !harmlessYarnrc.test(key))),
  },
  {
    id: 'pnpm-workspace',
    severity: 'block',
    paths: ['**/pnpm-workspace.{yaml,yml}'],
    when: 'pnpm obeys it on the next install: what may run scripts, and where packages come from.',
    mend: leaveIt,
    match: whenEntriesChange('yaml', (document) => entriesAt(document).filter(([key]) => startsPrograms.test(key))),
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
    id: 'package-manager-code',
    severity: 'block',
    paths: [
      '**/.pnpmfile.{cjs,mjs,js}',
      '**/.yarn/{releases,plugins,patches}/**',
      '**/bunfig.toml',
      '**/.pnp.{cjs,js}',
      '**/.pnp.loader.mjs',
    ],
    when: 'The package manager itself would load it on its next command.',
    mend: leaveIt,
    match: whenChanged(),
  },
]
