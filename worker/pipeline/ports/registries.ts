import type { PackageVersion } from '../../contract/index.ts'

/** What a registry says of the license of one version, in its own words. */
export type RegistryLicense =
  /** Meant as an SPDX expression. */
  | { readonly kind: 'expression'; readonly expression: string }
  /** Names for people to read. How several belong together is not said. */
  | { readonly kind: 'names'; readonly names: readonly string[] }
  /** The text of the license itself. */
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'none' }

export type RegistryAnswer =
  | {
      readonly kind: 'found'
      readonly license: RegistryLicense
      /** Whether the registry has the content that the lockfile binds. `unsaid`: one of the two says nothing. */
      readonly content: 'same' | 'other' | 'unsaid'
    }
  /** The registry says that it has no such version. */
  | { readonly kind: 'missing' }
  /** Nobody could be asked, or the answer could not be read. `why` is for a person, without an address. */
  | { readonly kind: 'unknown'; readonly why: string }

/** By `keyOfPackage`. What was not asked has no answer. */
export type RegistryAnswers = ReadonlyMap<string, RegistryAnswer>

/**
 * Asks the registries that this host's own package managers are configured for. What is asked for was written by an
 * agent: an implementation bounds how much of it leaves the host, and how long it takes.
 */
export interface PackageRegistries {
  /** Never throws but when aborted. */
  ask(packages: readonly PackageVersion[], signal: AbortSignal): Promise<RegistryAnswers>
}
