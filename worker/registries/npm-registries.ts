import type { RegistryAnswer } from '../pipeline/ports/index.ts'
import type { Place } from './http-reader.ts'
import { createNpmRegistry } from './npm.ts'
import type { NpmAccess } from './npm-access.ts'
import type { Registry } from './registry.ts'

const nowhere: RegistryAnswer = { kind: 'unknown', why: 'this host has no registry for it configured' }

/**
 * npm's registry, and those of scopes. A package of a scope that has its own is asked for there alone, also where that
 * address cannot be used: elsewhere its name would be told, and a stranger's package of that name believed.
 */
export function createNpmRegistries(main: string | undefined, access: NpmAccess): { registry: Registry; id: string } {
  const registryAt = (address: string | undefined): Registry | null => {
    const base = URL.parse(address ?? '')
    if (base === null || !['http:', 'https:'].includes(base.protocol)) return null
    const place: Place = { base, headers: access.headersFor(base) }
    return createNpmRegistry(place)
  }
  const common = registryAt(main)
  const scopes = new Map([...access.scopes].map(([scope, address]) => [scope, registryAt(address)]))
  return {
    registry: {
      async ask(asked, reader) {
        const [scope = ''] = asked.name.split('/', 1)
        const registry = scopes.has(scope) ? scopes.get(scope) : common
        return (await registry?.ask(asked, reader)) ?? nowhere
      },
    },
    id: [main ?? '', ...[...access.scopes].map(([scope, address]) => `${scope}=${address}`)].map(withoutUser).join(' '),
  }
}

/** What answers are kept under has no credential in it. */
function withoutUser(address: string): string {
  return address.replace(/\/\/[^/@]{0,500}@/, '//')
}
