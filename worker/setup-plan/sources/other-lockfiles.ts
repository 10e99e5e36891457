import { type BaseView, below, type Found, type FoundCommand, named, present } from '../base-view.ts'
import { shellWord } from '../shell-word.ts'

/** One command per kind, by the first of `when` that is there. */
interface Kind extends Omit<FoundCommand, 'from' | 'inputs'> {
  readonly when: readonly string[]
  readonly inputs: (view: BaseView) => FoundCommand['inputs']
}

/**
 * Its own report of dependencies reads their descriptions alone, of the first project, and ends well where it could not.
 * Besides class paths there may be configurations that nothing can resolve, and nothing needs.
 */
const gradleScript =
  'allprojects { task airlockDependencies { doLast { configurations.findAll { it.canBeResolved }.each { it.name ==~ /(?i).*classpath/ ? it.files : it.incoming.artifactView { lenient = true }.files.files } } } }'

const kinds: readonly Kind[] = [
  {
    ...{ when: ['Cargo.lock'], line: 'cargo fetch --locked', program: 'cargo', network: ['crates'] },
    inputs: (view) => [
      ...named(view, 'Cargo.toml', 'Cargo.lock', 'rust-toolchain', 'rust-toolchain.toml'),
      ...below(view, '.cargo'),
    ],
  },
  {
    ...{ when: ['go.sum'], line: 'go mod download', program: 'go', network: ['go'] },
    inputs: (view) => named(view, 'go.mod', 'go.sum', 'go.work', 'go.work.sum'),
  },
  {
    when: ['Gemfile.lock'],
    // In the home, so that the agent's own commands look there too.
    line: 'bundle config set --global path vendor/bundle && BUNDLE_FROZEN=true bundle install',
    program: 'bundle',
    network: ['rubygems'],
    inputs: () => ({ tree: 'a Gemfile is a program' }),
  },
  {
    when: ['composer.lock'],
    line: 'composer install --no-interaction --no-progress',
    program: 'composer',
    network: ['packagist', 'github'],
    inputs: () => ({ tree: 'composer runs scripts and lists classes of the repository' }),
  },
  {
    ...{ when: ['pom.xml'], line: 'mvn --batch-mode dependency:go-offline', program: 'mvn', network: ['maven'] },
    inputs: (view) => [...named(view, 'pom.xml'), ...below(view, '.mvn')],
  },
  {
    when: ['gradle.lockfile', 'gradle/verification-metadata.xml'],
    line: `printf %s ${shellWord(gradleScript)} >/tmp/airlock.gradle && gradle --no-daemon --console=plain --init-script /tmp/airlock.gradle airlockDependencies`,
    program: 'gradle',
    network: ['maven', 'gradle'],
    inputs: () => ({ tree: 'build files of Gradle are programs' }),
  },
]

/** cargo, go, bundler, composer, maven, gradle. */
export function findOthers(view: BaseView): Found {
  const commands = kinds.flatMap(({ when, inputs, ...command }) => {
    const [from] = present(view, ...when)
    return from === undefined ? [] : [{ ...command, from, inputs: inputs(view) }]
  })
  return { commands, notDone: [] }
}
