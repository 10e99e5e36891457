import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, normalize } from 'node:path'
import { digest, zip } from '../archives.ts'
import { greeting, type Trial } from '../trial.ts'

const host = 'maven.acme.example'
const folder = '/com/acme/tools/1.0.0/tools-1.0.0'
const jar = zip({ 'hello.txt': `${greeting}\n` })
const pom =
  '<project><modelVersion>4.0.0</modelVersion><groupId>com.acme</groupId><artifactId>tools</artifactId><version>1.0.0</version></project>'

const own: Readonly<Record<string, string | Buffer>> = { [`${folder}.jar`]: jar, [`${folder}.pom`]: pom }

/** Plugins that a project of packaging `pom` has, and the one that the plan's command is of. */
const plugins = ['clean', 'dependency', 'deploy', 'install', 'site'].map((name) => `maven-${name}-plugin`)

/** Maven takes its own plugins from its registry too: here they are those of Debian, from the repository in its image. */
export function mavenTrial(rootfs: string): Trial {
  const debian = join(rootfs, 'usr/share/maven-repo')
  const versionOf = (plugin: string) => newestIn(join(debian, 'org/apache/maven/plugins', plugin))
  return {
    program: 'mvn',
    version: 'mvn --version',
    host,
    presets: ['maven'],
    files: { 'pom.xml': project(Object.fromEntries(plugins.map((plugin) => [plugin, versionOf(plugin)]))) },
    answer: (path) => withDigests(path, (asked) => own[asked] ?? bomOf(asked) ?? fileIn(debian, asked)),
    use: 'mvn --offline --quiet dependency:copy-dependencies -DoutputDirectory=/tmp/jars >&2 && unzip -p /tmp/jars/tools-1.0.0.jar hello.txt',
  }
}

export const gradleTrial: Trial = {
  program: 'gradle',
  version: 'gradle --version 2>/dev/null | grep ^Gradle',
  host,
  presets: ['maven', 'gradle'],
  files: {
    'gradle.lockfile': 'com.acme:tools:1.0.0=compileClasspath,runtimeClasspath\n',
    'settings.gradle': "rootProject.name = 'x'\n",
    'build.gradle': `apply plugin: 'java'

repositories {
  maven { url 'https://${host}/' }
}

dependencies {
  compile 'com.acme:tools:1.0.0'
}

task hello {
  doLast { configurations.runtimeClasspath.each { println zipTree(it).matching { include 'hello.txt' }.singleFile.text } }
}
`,
  },
  answer: (path) => withDigests(path, (asked) => own[asked] ?? null),
  use: 'gradle --no-daemon --offline --quiet hello',
}

/** A parent of Debian's takes versions from it that Debian has in another place; none of them is wanted here. */
function bomOf(path: string): string | null {
  if (path !== '/org/junit/junit-bom/debian/junit-bom-debian.pom') return null
  return '<project><modelVersion>4.0.0</modelVersion><groupId>org.junit</groupId><artifactId>junit-bom</artifactId><version>debian</version><packaging>pom</packaging></project>'
}

/** Each file has a neighbour with its digest. */
function withDigests(path: string, answer: (path: string) => string | Buffer | null): string | Buffer | null {
  if (!path.endsWith('.sha1')) return answer(path)
  const content = answer(path.slice(0, -'.sha1'.length))
  return content === null ? null : digest('sha1', content)
}

/** Of the folder of Debian's packages; their links may lead to other folders of the same image. */
function fileIn(debian: string, path: string): Buffer | null {
  const file = join(debian, normalize(`/${path}`))
  if (!existsSync(file) || !statSync(file).isFile()) return null
  return readFileSync(file)
}

function newestIn(plugin: string): string {
  const versions = existsSync(plugin) ? readdirSync(plugin).filter((name) => /^\d/.test(name)) : []
  return versions.sort().at(-1) ?? 'not there'
}

function project(versions: Readonly<Record<string, string>>): string {
  const repository = (kind: string) =>
    `<${kind}><id>central</id><url>https://${host}/</url><releases><enabled>true</enabled></releases><snapshots><enabled>false</enabled></snapshots></${kind}>`
  const plugin = ([name, version]: [string, string]) =>
    `<plugin><groupId>org.apache.maven.plugins</groupId><artifactId>${name}</artifactId><version>${version}</version></plugin>`
  return `<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>x</groupId><artifactId>x</artifactId><version>1.0.0</version><packaging>pom</packaging>
  <repositories>${repository('repository')}</repositories>
  <pluginRepositories>${repository('pluginRepository')}</pluginRepositories>
  <dependencies>
    <dependency><groupId>com.acme</groupId><artifactId>tools</artifactId><version>1.0.0</version></dependency>
  </dependencies>
  <build><plugins>${Object.entries(versions).map(plugin).join('')}</plugins></build>
</project>
`
}
