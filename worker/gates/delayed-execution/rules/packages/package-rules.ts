import { entriesAt, listAt, textAt, valueAt } from '../../../change/read-value.ts'
import { whenChanged, whenProgramChanged } from '../../match/when-changed.ts'
import { whenEntriesChange } from '../../match/when-entries-change.ts'
import { whenLinesAdded } from '../../match/when-lines-added.ts'
import type { Match, Rule } from '../../rule.ts'
import { dotnetRules } from './dotnet-rules.ts'
import { whenRubyManifestGains } from './ruby-manifest.ts'

const leaveIt = 'Take it out, or let a maintainer make this change.'
const onCargo = 'cargo would run it on `cargo build`, and editors do so when the folder is opened.'

const cargoObeys = 'cargo obeys it on its next command: other compilers, runners and registries.'
/** Options of cargo that start nothing and lead nowhere. */
const harmlessCargo =
  /^(?:term|profile|future-incompat-report|cargo-new|doc)\b|^build\.(?:jobs|incremental|target|target-dir|dep-info-basedir)$|^net\.(?:retry|offline|git-fetch-with-cli)$|^http\.(?:timeout|multiplexing|low-speed-limit|user-agent)$/

/** Another release from Gradle's or Maven's own server, and how long to wait for it. */
const officialRelease =
  /^(?:#.{0,300}|distributionUrl=https\\?:\/\/(?:services\.gradle\.org\/distributions\/gradle-[\w.-]{1,60}|repo\.maven\.apache\.org\/maven2\/org\/apache\/maven\/apache-maven\/[\w./-]{1,120})\.zip|distributionSha256Sum=[0-9a-f]{64}|networkTimeout=\d{1,9}|validateDistributionUrl=true|(?:distribution|zipStore)(?:Base=GRADLE_USER_HOME|Path=wrapper\/dists)|)$/

const composerEvent = /^(?:pre|post)-/

export const packageRules: readonly Rule[] = [
  {
    id: 'rust-build-script',
    severity: 'block',
    paths: ['**/build.rs'],
    when: onCargo,
    mend: leaveIt,
    match: whenProgramChanged(),
  },
  {
    id: 'cargo-config',
    severity: 'block',
    paths: ['**/.cargo/config{,.toml}'],
    when: cargoObeys,
    mend: leaveIt,
    match: whenEntriesChange('toml', (document) =>
      cargoOptions(document).filter(([name]) => !harmlessCargo.test(name) && !/^(?:alias|env)\b/.test(name)),
    ),
  },
  {
    id: 'cargo-config',
    severity: 'hold',
    paths: ['**/.cargo/config{,.toml}'],
    when: 'From the next command on cargo would understand another word by it, or programs see another value.',
    mend: 'Have a person look at it.',
    match: whenEntriesChange('toml', (document) =>
      cargoOptions(document).filter(([name]) => /^(?:alias|env)\b/.test(name)),
    ),
  },
  {
    id: 'cargo-config',
    severity: 'block',
    paths: ['**/.cargo/credentials*'],
    when: cargoObeys,
    mend: leaveIt,
    match: whenChanged(),
  },
  {
    id: 'cargo-build-key',
    severity: 'hold',
    paths: ['**/Cargo.toml'],
    when: onCargo,
    mend: 'Have a person look at it.',
    match: whenLinesAdded(
      'This line names a build script, a procedural macro or a source that is no registry.',
      ({ text }) => /^\s{0,40}(?:build|links|proc-macro)\s{0,5}=|\b(?:git|registry)\s{0,5}=\s{0,5}"/.test(text),
    ),
  },
  {
    id: 'gradle-wrapper',
    severity: 'block',
    paths: [
      '**/gradle/wrapper/**',
      '**/gradlew{,.bat}',
      '**/{init.gradle,init.gradle.kts}',
      '**/init.d/*.gradle{,.kts}',
    ],
    when: 'It would run on every Gradle command, and when an editor opens the project.',
    mend: leaveIt,
    match: whenWrapperChanges,
  },
  {
    id: 'maven-wrapper',
    severity: 'block',
    paths: ['**/.mvn/**', '**/mvnw{,.cmd}'],
    when: 'It would run on every Maven command.',
    mend: leaveIt,
    match: whenWrapperChanges,
  },
  {
    id: 'composer-scripts',
    severity: 'block',
    paths: ['**/composer.json'],
    when: 'It would run on `composer install` or `composer update`.',
    mend: leaveIt,
    match: whenEntriesChange('json', function* (document) {
      for (const [name, value] of entriesAt(document, 'scripts')) if (composerEvent.test(name)) yield [name, value]
      for (const [name, value] of entriesAt(document, 'config', 'allow-plugins')) {
        if (value !== false) yield [`allow-plugins ${name}`, value]
      }
      if (valueAt(document, 'config', 'allow-plugins') === true) yield ['config.allow-plugins', true]
      for (const [name, value] of entriesAt(document, 'repositories')) yield [`repositories ${name}`, value]
      for (const value of listAt(document, 'repositories')) yield ['repositories', value]
      if (textAt(document, 'type') === 'composer-plugin') yield ['type', valueAt(document, 'extra', 'class') ?? null]
    }),
  },
  {
    id: 'composer-autoload',
    severity: 'hold',
    paths: ['**/composer.json'],
    when: 'It would run whenever something loads the packages: tests, tools, the application, composer itself.',
    mend: 'Have a person look at it.',
    match: whenEntriesChange('json', function* (document) {
      for (const key of ['autoload', 'autoload-dev']) {
        for (const name of listAt(document, key, 'files')) yield [`${key} ${name}`, true]
      }
    }),
  },
  {
    id: 'julia-build-script',
    severity: 'block',
    paths: ['**/deps/build.jl'],
    when: 'Julia would run it when the package is added or built.',
    mend: leaveIt,
    match: whenProgramChanged(),
  },
  {
    id: 'shard-script',
    severity: 'block',
    paths: ['**/shard.yml'],
    when: 'It would run on `shards install`, here and for everyone who uses the shard.',
    mend: leaveIt,
    match: whenEntriesChange('yaml', (document) =>
      entriesAt(document, 'scripts').map(([name, value]) => [`scripts ${name}`, value]),
    ),
  },
  {
    id: 'ruby-extension',
    severity: 'block',
    paths: ['**/extconf.rb'],
    when: 'It would run on `gem install` or `bundle install`.',
    mend: leaveIt,
    match: whenProgramChanged(),
  },
  {
    id: 'ruby-manifest',
    severity: 'hold',
    paths: ['**/{Gemfile,gems.rb,Appraisals,Pluginfile}', '**/*.{gemspec,gemfile}', '**/.bundle/config'],
    when: 'bundler runs the whole file on `bundle install`.',
    mend: 'Have a person look at it.',
    match: whenRubyManifestGains,
  },
  ...dotnetRules,
  {
    id: 'go-directive',
    severity: 'hold',
    paths: ['**/*.go', '**/go.mod', '**/go.work'],
    when: 'It would run on `go generate`, or put other code in place of a module on the next build.',
    mend: 'Have a person look at it.',
    match: whenLinesAdded('This line is a directive to the go command.', ({ text }, { path }) =>
      path.endsWith('.go')
        ? /^\/\/go:generate\b/.test(text)
        : /^\s{0,20}(?:replace\b|[\w./-]{1,200}.{0,60}=>)/.test(text),
    ),
  },
]

/** By section and name, `target.x86_64-pc-windows-msvc` being one option. */
function cargoOptions(document: unknown): [string, unknown][] {
  return entriesAt(document).flatMap(([section, value]): [string, unknown][] => {
    const inner = entriesAt(value)
    return inner.length === 0 ? [[section, value]] : inner.map(([name, one]) => [`${section}.${name}`, one])
  })
}

/** A wrapper that fetches another official release is looked at, as another version of a package manager is. */
function whenWrapperChanges(...[file, change]: Parameters<Match>): ReturnType<Match> {
  const hits = whenProgramChanged()(file, change)
  const official =
    file.before !== null &&
    /\.properties$/i.test(file.path) &&
    file.added.every(({ text }) => officialRelease.test(text))
  return official ? hits.map((hit) => ({ ...hit, severity: 'hold' })) : hits
}
