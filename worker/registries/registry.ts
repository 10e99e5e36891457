/**
 * Asks package registries for the license of single versions, from the host. What is asked for was written by an agent,
 * and what is answered by whoever published a package: both are parsed and bounded. May import the contract, the
 * pipeline's ports and the gates' reader of XML.
 *
 * Decided: only what this host's package managers are configured for is asked, and nowhere that an answer points to; no
 * redirect is followed. What cannot be read is no answer. Nothing here decides about a license.
 */
import type { PackageVersion } from '../contract/index.ts'
import type { RegistryAnswer } from '../pipeline/ports/index.ts'
import type { Reader } from './http-reader.ts'

/** One registry. Throws what its reader throws; an answer of another shape is a ShapeError. */
export interface Registry {
  ask(asked: PackageVersion, reader: Reader): Promise<RegistryAnswer>
}

/** An answer that is not what this registry's interface promises. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError'
}

export const missing: RegistryAnswer = { kind: 'missing' }
