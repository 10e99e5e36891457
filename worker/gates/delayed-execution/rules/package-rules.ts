import { entriesAt } from '../../change/read-value.ts'
import { whenChanged } from '../match/when-changed.ts'
import { whenEntriesChange } from '../match/when-entries-change.ts'
import { whenLinesAdded } from '../match/when-lines-added.ts'
import type { Rule } from '../rule.ts'

const leaveIt = 'Take it out, or let a maintainer make this change.'
const onCargo = 'cargo would run it on `cargo build`, and editors do so when the folder is opened.'

const composerEvent = /^(?:pre|post)-/

export const packageRules: readonly Rule[] = [
  {
    id: 'rust-build-script',
    severity: 'block',
    paths: ['**/build.rs'],
    when: onCargo,
    mend: leaveIt,
    match: whenChanged(),
  },
  {
    id: 'cargo-config',
    severity: 'block',
    paths: ['**/.cargo/config{,.toml}', '**/.cargo/credentials*'],
    when: 'cargo obeys it on its next command: other compilers, runners and registries.',
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
    match: whenChanged(),
  },
  {
    id: 'maven-wrapper',
    severity: 'block',
    paths: ['**/.mvn/**', '**/mvnw{,.cmd}'],
    when: 'It would run on every Maven command.',
    mend: leaveIt,
    match: whenChanged(),
  },
  {
    id: 'composer-scripts',
    severity: 'block',
    paths: ['**/composer.json'],
    when: 'It would run on `composer install` or `composer update`.',
    mend: leaveIt,
    match: whenEntriesChange('json', function* (document) {
      for (const [name, value] of entriesAt(document, 'scripts')) if (composerEvent.test(name)) yield [name, value]
      for (const [name, value] of entriesAt(document, 'config', 'allow-plugins')) yield [`allow-plugins ${name}`, value]
      for (const [name, value] of entriesAt(document, 'repositories')) yield [`repositories ${name}`, value]
    }),
  },
  {
    id: 'ruby-extension',
    severity: 'block',
    paths: ['**/extconf.rb'],
    when: 'It would run on `gem install` or `bundle install`.',
    mend: leaveIt,
    match: whenChanged(),
  },
  {
    id: 'ruby-manifest',
    severity: 'hold',
    paths: ['**/Gemfile', '**/*.gemspec', '**/.bundle/config'],
    when: 'bundler runs the whole file on `bundle install`.',
    mend: 'Have a person look at it.',
    match: whenLinesAdded(
      'This line is more than a gem and its version.',
      ({ text }) =>
        !/^\s{0,40}(?:#.{0,500}|end|gem ["'][\w-]{1,100}["'](?:, ["'][^"']{1,50}["']){0,4}|[\w.]{1,60}version\s{0,5}=\s{0,5}["'][\w.-]{1,50}["'])?\s{0,5}$/.test(
          text,
        ),
    ),
  },
  {
    id: 'dotnet-build',
    severity: 'block',
    paths: [
      '**/Directory.Build.{props,targets}',
      '**/Directory.Solution.{props,targets}',
      '**/*.targets',
      '**/nuget.config',
      '**/*.rsp',
    ],
    when: 'MSBuild would load it on `dotnet build` or `dotnet restore`, and when an editor opens the project.',
    mend: leaveIt,
    match: whenChanged(),
  },
  {
    id: 'dotnet-project',
    severity: 'hold',
    paths: ['**/*.{csproj,fsproj,vbproj,vcxproj,proj,props}'],
    when: 'MSBuild would run it on `dotnet build`, and when an editor opens the project.',
    mend: 'Have a person look at it.',
    match: whenLinesAdded('This line adds a build task.', ({ text }) =>
      /<(?:Exec|Target|UsingTask|Import)\b/i.test(text),
    ),
  },
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
