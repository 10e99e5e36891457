import { Buffer } from 'node:buffer'
import type { RegistryAnswer } from '../pipeline/ports/index.ts'

type Content = Extract<RegistryAnswer, { kind: 'found' }>['content']

/** What nobody can make a second file for, and npm's first lockfiles' SHA-1. MD5 binds nothing. */
const algorithms = new Set(['sha1', 'sha256', 'sha384', 'sha512', 'h1'])

/**
 * Whether a lockfile binds what the registry has. A package manager takes any file whose digest is listed, so that one
 * digest which the registry does not know makes it another content.
 */
export function compareDigests(locked: readonly string[], known: readonly string[]): Content {
  const have = known.flatMap((text) => readDigest(text) ?? [])
  const byAlgorithm = Map.groupBy(have, ({ algorithm }) => algorithm)
  const compared = locked
    .flatMap((text) => readDigest(text) ?? [])
    .flatMap(({ algorithm, value }) => byAlgorithm.get(algorithm)?.some((one) => one.value === value) ?? [])
  if (compared.length === 0) return 'unsaid'
  return compared.includes(false) ? 'other' : 'same'
}

/** `sha512-BASE64`, `sha256:HEX`, `sha256=HEX`, `h1:BASE64`. */
function readDigest(text: string): { algorithm: string; value: string } | null {
  const [, algorithm = '', mark, rest = ''] = /^([a-z0-9]{1,10})([-:=])([A-Za-z0-9+/=]{1,200})$/.exec(text) ?? []
  if (!algorithms.has(algorithm)) return null
  if (algorithm === 'h1') return { algorithm, value: rest }
  return { algorithm, value: mark === '-' ? Buffer.from(rest, 'base64').toString('hex') : rest.toLowerCase() }
}
