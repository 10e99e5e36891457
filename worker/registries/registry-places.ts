import type { PackageConfiguration } from '../broker/presets.ts'
import type { Ecosystem } from '../contract/index.ts'
import { createCratesRegistry } from './crates.ts'
import { createGoRegistry } from './go.ts'
import type { Place } from './http-reader.ts'
import { createMavenRegistry } from './maven.ts'
import type { NpmAccess } from './npm-access.ts'
import { createNpmRegistries } from './npm-registries.ts'
import { createPackagistRegistry } from './packagist.ts'
import { createPypiRegistry } from './pypi.ts'
import type { Registry } from './registry.ts'
import { createRubygemsRegistry } from './rubygems.ts'

export interface KnownRegistry {
  readonly registry: Registry
  /** What its answers are kept under: another place may answer otherwise. */
  readonly id: string
}

/** A registry that this host's configuration does not name has none here: nobody is asked in its place. */
export type KnownRegistries = Readonly<Record<Ecosystem, KnownRegistry | null>>

const publicIndex = 'https://pypi.org/simple'
const publicGoProxy = 'https://proxy.golang.org'

/**
 * The registries of this host, from its package managers' own configuration as the broker's presets are. npm's is known
 * from there alone; the other public ones stand in where nothing is configured. Pure.
 */
export function registriesOf(
  configuration: Pick<PackageConfiguration, 'npmRegistries' | 'pipIndexes' | 'goProxy'>,
  npmAccess: NpmAccess,
): KnownRegistries {
  const [npm] = configuration.npmRegistries
  const [index = publicIndex] = configuration.pipIndexes
  const proxy = (configuration.goProxy ?? publicGoProxy).split(/[,|]/).find((part) => /^https?:/.test(part.trim()))
  return {
    npm: npm === undefined && npmAccess.scopes.size === 0 ? null : createNpmRegistries(npm, npmAccess),
    // The list of files and the descriptions of packages are siblings.
    pypi: known(index.replace(/\/simple\/*$/, ''), createPypiRegistry),
    cargo: known('https://crates.io', createCratesRegistry),
    golang: known(goAddress(proxy), (place) =>
      createGoRegistry({ ...place, onlyCached: place.base.href.startsWith(`${publicGoProxy}/`) }),
    ),
    gem: known('https://rubygems.org', createRubygemsRegistry),
    composer: known('https://repo.packagist.org', createPackagistRegistry),
    maven: known('https://repo.maven.apache.org/maven2', createMavenRegistry),
  }
}

/** The public proxy, asked so that it answers from what it has and fetches nothing. */
function goAddress(proxy: string | undefined): string | undefined {
  const address = proxy?.trim()
  return address?.replace(/(?<!\/)\/+$/, '') === publicGoProxy ? `${publicGoProxy}/cached-only` : address
}

function known(address: string | undefined, create: (place: Place) => Registry): KnownRegistry | null {
  const base = URL.parse(address ?? '')
  if (base === null || !['http:', 'https:'].includes(base.protocol)) return null
  return { registry: create({ base }), id: `${base.origin}${base.pathname}` }
}
