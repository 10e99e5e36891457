import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PackageConfiguration } from '../../worker/broker/presets.ts'
import { CommandError, runCommand } from '../../worker/process/run-command.ts'
import { type NpmAccess, readNpmAccess } from '../../worker/registries/npm-access.ts'
import type { Environment } from '../settings/parse-settings.ts'
import { crateRegistriesIn, gemMirrorIn, mavenMirrorsIn } from './mirrors.ts'

/** What this operator's own package managers are configured to use. One that is not installed adds nothing. */
export async function readPackageManagers(env: Environment): Promise<PackageConfiguration> {
  const home = env.HOME ?? '/nonexistent'
  const [npm, { scopes }, yarn, pip, pipExtra, go, cargo, maven, bundler, aptSources] = await Promise.all([
    ask(['npm', 'config', 'get', 'registry'], env),
    readNpmConfiguration(env),
    ask(['yarn', 'config', 'get', 'registry'], env),
    ask(['pip3', 'config', 'get', 'global.index-url'], env),
    ask(['pip3', 'config', 'get', 'global.extra-index-url'], env),
    ask(['go', 'env', 'GOPROXY'], env),
    readFirst(['config.toml', 'config'].map((name) => join(env.CARGO_HOME ?? join(home, '.cargo'), name))),
    readFirst([join(home, '.m2/settings.xml')]),
    readFirst([join(home, '.bundle/config')]),
    readAptSources('/etc/apt'),
  ])
  return {
    // Without npm itself nobody knows which registry its scopes stand beside.
    npmRegistries: npm === null ? [] : [npm, ...scopes.values()],
    yarnRegistry: yarn,
    pipIndexes: pip === null ? [] : [pip],
    pipExtraIndexes: pipExtra?.split(/\s+/) ?? [],
    goProxy: go,
    crateRegistries: crateRegistriesIn(cargo),
    mavenMirrors: mavenMirrorsIn(maven),
    gemMirror: gemMirrorIn(bundler),
    aptSources,
  }
}

/** The text of the first of these files that is there; empty where none is. */
async function readFirst(paths: readonly string[]): Promise<string> {
  const path = paths.find((one) => existsSync(one))
  return path === undefined ? '' : readFile(path, 'utf8')
}

/** Registries of scopes and credentials, of this operator's `.npmrc` and of npm's for the whole machine. */
export async function readNpmConfiguration(env: Environment): Promise<NpmAccess> {
  const asked = ['userconfig', 'globalconfig'].map((name) => ask(['npm', 'config', 'get', name], env))
  const paths = (await Promise.all(asked)).filter((path) => path !== null && existsSync(path))
  return readNpmAccess(await Promise.all(paths.map((path) => readFile(path ?? '', 'utf8'))), env)
}

/** What a program prints; null where it is missing or has nothing to say. */
async function ask(argv: readonly string[], env: Environment): Promise<string | null> {
  try {
    const closed = { PATH: env.PATH ?? '', HOME: env.HOME ?? '/nonexistent' }
    // In a repository npm would read its .npmrc, and go might fetch the toolchain that its go.mod names.
    const { stdout } = await runCommand(argv, { env: closed, timeoutMs: 20_000, cwd: '/' })
    return stdout.toString('utf8').trim() || null
  } catch (error) {
    if (error instanceof CommandError) return null
    throw error
  }
}

/** The texts of sources.list and of every file beside it. */
async function readAptSources(dir: string): Promise<readonly string[]> {
  const folder = join(dir, 'sources.list.d')
  const names = existsSync(folder) ? await readdir(folder) : []
  const files = [join(dir, 'sources.list'), ...names.map((name) => join(folder, name))]
  return Promise.all(files.filter((file) => existsSync(file)).map((file) => readFile(file, 'utf8')))
}
