import { createHash } from 'node:crypto'
import type { Finding } from '../contract/index.ts'
import type { GateFinding } from '../pipeline/ports/index.ts'

export type Fingerprinted = Finding & { readonly fingerprint: string }

/**
 * Gives each finding what it is known by when lines move: gate, rule, path, what was found, and which of several
 * alike it is. `findings` come in their order.
 */
export function withFingerprints(findings: readonly GateFinding[]): Fingerprinted[] {
  const counts = new Map<string, number>()
  return findings.map(({ about, ...finding }) => {
    const known = [finding.gate, finding.rule, finding.path, about ?? finding.message]
    const key = JSON.stringify(known)
    const ordinal = (counts.get(key) ?? 0) + 1
    counts.set(key, ordinal)
    return { ...finding, fingerprint: sha256(JSON.stringify([...known, ordinal])).slice(0, 32) }
  })
}

/**
 * What a secret may lend to a fingerprint: 16 bits of a digest. A fingerprint stands in pull requests and policies, so
 * whoever reads it could try a list of passwords against it. Of 65,536 passwords one fits by chance: a fit proves
 * nothing, and a list of millions stays one of hundreds. For its own use it is enough: another value in the same
 * place nearly always is another finding.
 */
export function traceOfSecret(values: readonly string[]): string {
  return sha256(JSON.stringify(values)).slice(0, 4)
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
