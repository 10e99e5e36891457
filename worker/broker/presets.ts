/**
 * Presets stand for what the operator's own package managers are configured to use, so that a mirror just works. Pure:
 * the composition root reads the configuration (of npm, pip, go, cargo, Maven, Bundler and apt) and gives it here. The hosts of npm
 * and Debian come from there alone; for the others, the well-known public ones stand in where nothing is configured.
 */
import type { Presets, PresetTarget } from './egress/parse-egress.ts'

export interface PackageConfiguration {
  /** URLs of npm registries, also of scopes. Empty: there is no preset `npm`. */
  readonly npmRegistries: readonly string[]
  /** Texts of apt's source files, in either of its formats. Without a host in them there is no preset `debian`. */
  readonly aptSources: readonly string[]
  /** index-url; empty: the public one. */
  readonly pipIndexes: readonly string[]
  /** extra-index-url. */
  readonly pipExtraIndexes: readonly string[]
  /** What stands in for crates.io. */
  readonly crateRegistries: readonly string[]
  readonly mavenMirrors: readonly string[]
  /** What Bundler asks in the place of every source; null: each source itself. */
  readonly gemMirror: string | null
  /** What Yarn 1 is configured to use, which lockfiles of its hold; null: it is not there, or says nothing. */
  readonly yarnRegistry: string | null
  /** GOPROXY, as it is. */
  readonly goProxy: string | null
}

const publicHosts = {
  pypi: ['pypi.org', 'files.pythonhosted.org'],
  crates: ['crates.io', 'index.crates.io', 'static.crates.io'],
  go: ['proxy.golang.org', 'sum.golang.org'],
  github: [
    'github.com',
    'api.github.com',
    'codeload.github.com',
    'objects.githubusercontent.com',
    'raw.githubusercontent.com',
    'release-assets.githubusercontent.com',
  ],
  rubygems: ['rubygems.org', 'index.rubygems.org'],
  maven: ['repo.maven.apache.org', 'repo1.maven.org'],
  gradle: ['plugins.gradle.org', 'plugins-artifacts.gradle.org'],
  packagist: ['repo.packagist.org', 'packagist.org'],
} as const

export function createPresets(configuration: PackageConfiguration): Presets {
  const presets = new Map<string, readonly PresetTarget[]>(
    Object.entries(publicHosts).map(([name, hosts]) => [name, hosts.map((host) => ({ host, port: 443 }))]),
  )
  const configure = (name: string, urls: readonly string[]) => {
    const targets = unique(urls.flatMap(targetOf))
    // The public index only lists files that are on another host, so it has to stay the pair that it is.
    const known = presets.get(name)?.map(({ host }) => host) ?? []
    if (targets.length > 0 && !targets.some(({ host }) => known.includes(host))) presets.set(name, targets)
  }
  configure('npm', [...configuration.npmRegistries, configuration.yarnRegistry ?? ''])
  configure('debian', configuration.aptSources.flatMap(aptUrls))
  configure('pypi', configuration.pipIndexes)
  presets.set('pypi', unique([...(presets.get('pypi') ?? []), ...configuration.pipExtraIndexes.flatMap(targetOf)]))
  configure('crates', configuration.crateRegistries)
  configure('maven', configuration.mavenMirrors)
  configure('rubygems', [configuration.gemMirror ?? ''])
  configure('go', (configuration.goProxy ?? '').split(/[,|]/))
  return presets
}

/** All that a broker knows of the operator's package managers. */
export interface OperatorPresets {
  /** Their hosts may resolve to any address. */
  readonly targets: Presets
  /** Set in a session whose policy names the preset. */
  readonly env: PresetEnv
}

export function createOperatorPresets(configuration: PackageConfiguration): OperatorPresets {
  return { targets: createPresets(configuration), env: createPresetEnv(configuration) }
}

/** What programs inside need to know to use the same mirror, by preset. */
export type PresetEnv = ReadonlyMap<string, Readonly<Record<string, string>>>

/** A mirror that only the host knew of would be no use: inside, the package manager would ask its public default. */
export function createPresetEnv(configuration: PackageConfiguration): PresetEnv {
  const [registry] = configuration.npmRegistries
  const [index] = configuration.pipIndexes
  return new Map([
    ['npm', Object.assign({}, ...npmVariables.map((name) => variable(name, registry)))],
    ['pypi', pythonEnv(index, configuration.pipExtraIndexes)],
    ['rubygems', variable('BUNDLE_MIRROR__ALL', configuration.gemMirror ?? undefined)],
    ['go', configuration.goProxy === null ? {} : { GOPROXY: configuration.goProxy }],
  ])
}

/** pnpm from version 11 on reads none of npm's, and Yarn from 2 on neither. */
const npmVariables = ['npm_config_registry', 'pnpm_config_registry', 'YARN_NPM_REGISTRY_SERVER']

/** uv reads none of pip's. */
function pythonEnv(index: string | undefined, extra: readonly string[]): Readonly<Record<string, string>> {
  const more = extra.flatMap((address) => plainAddress(address) ?? []).join(' ')
  return {
    ...variable('PIP_INDEX_URL', index),
    ...variable('UV_DEFAULT_INDEX', index),
    ...(more === '' ? {} : { PIP_EXTRA_INDEX_URL: more, UV_INDEX: more }),
  }
}

function variable(name: string, address: string | undefined): Readonly<Record<string, string>> {
  const plain = plainAddress(address ?? '')
  return plain === null ? {} : { [name]: plain }
}

/** Without the user and password that some put into such an address: those are the operator's, not a sandbox's. */
function plainAddress(address: string): string | null {
  const url = URL.parse(address)
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return null
  url.username = ''
  url.password = ''
  return url.href
}

/** http and https only; what is no URL (`off`, `direct`, cdrom:, file:) names no host. */
function targetOf(text: string): PresetTarget[] {
  const url = URL.parse(text.trim())
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return []
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port)
  return [{ host: url.hostname, port }]
}

/** `deb [options] URL suite …` lines, and the `URIs:` fields of deb822. */
function aptUrls(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^(?:deb|deb-src)\s/.test(line) || /^uris:/i.test(line))
    .flatMap((line) => line.split(/\s+/))
    .filter((word) => /^https?:\/\//i.test(word))
}

function unique(targets: readonly PresetTarget[]): PresetTarget[] {
  return [...new Map(targets.map((target) => [`${target.host} ${target.port}`, target])).values()]
}
