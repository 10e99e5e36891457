import {
  keyOfPackage,
  type PackageVersion,
  packageVersionSchema,
  parsePackageUrl,
  plainName,
} from '../../contract/index.ts'
import { printable } from '../change/printable.ts'
import type { Dependency } from '../dependencies/changed-dependencies.ts'
import { findSecrets } from '../secrets/detect/find-secrets.ts'

export type Identified =
  | { readonly kind: 'package'; readonly asked: PackageVersion; readonly key: string }
  | { readonly kind: 'unknown'; readonly why: string }

/** What a registry would be asked about a dependency; or why nothing is asked: its name was written by an agent. */
export function identifyPackage(dependency: Dependency): Identified {
  const { ecosystem, name, version, exact, integrity, elsewhere } = dependency
  if (!exact) {
    const from = elsewhere === null ? '' : ` it comes from \`${printable(elsewhere, 60)}\`, and`
    return { kind: 'unknown', why: `${from} no lockfile of the change says which version it is`.trim() }
  }
  if (elsewhere !== null && integrity.length === 0) {
    return { kind: 'unknown', why: `it comes from \`${printable(elsewhere, 60)}\`, which is no registry that is asked` }
  }
  const asked = { ecosystem, name: plainName(ecosystem, name), version, integrity: [...new Set(integrity)].sort() }
  const parsed = packageVersionSchema.safeParse(asked)
  if (!parsed.success) return { kind: 'unknown', why: 'its name or version is none that a registry knows' }
  if (findSecrets(`${name} ${version}`).length > 0) {
    return { kind: 'unknown', why: 'its name or version looks like a secret, which no registry is told' }
  }
  return { kind: 'package', asked: parsed.data, key: keyOfPackage(parsed.data) }
}

/** Whether one of these package URLs means the dependency. With a version it means that version alone. */
export function isAmongPackages({ ecosystem, name, version, exact }: Dependency, urls: readonly string[]): boolean {
  const plain = plainName(ecosystem, name)
  return urls.map(parsePackageUrl).some((pattern) => {
    if (pattern === null || pattern.ecosystem !== ecosystem || pattern.name !== plain) return false
    return pattern.version === null || (exact && pattern.version === version)
  })
}
