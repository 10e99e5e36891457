import { createSecureContext, type SecureContext } from 'node:tls'
import { issueCertificate, makeKeyPair } from './issue-certificate.ts'

/** A certificate authority for one session. Its key is in this process's memory alone, and ends with the session. */
export interface JobAuthority {
  /** Its own certificate, to be trusted in this session's sandbox and nowhere else. */
  readonly certificate: Buffer
  /** What the broker shows to a client that asks for this host. */
  contextOf(host: string): SecureContext
}

/** Longer than any phase may take; a clock inside may be some minutes off. */
const validMs = 12 * 3600_000
const skewMs = 3600_000

/**
 * Makes one that can speak for these hosts alone, and for names below them: the constraint is in its certificate, so
 * that clients hold it too.
 */
export function createJobAuthority(hosts: readonly string[], now: number): JobAuthority {
  const validity = { from: new Date(now - skewMs), until: new Date(now + validMs) }
  const keys = makeKeyPair()
  const name = 'Airlock, for one job'
  const certificate = issueCertificate(
    { ...validity, subject: name, key: keys.public, names: hosts, authority: true },
    {
      name,
      key: keys.private,
      publicKey: keys.public,
    },
  )
  // One key for all hosts: whoever could tell them apart would be this process.
  const leaf = makeKeyPair()
  const key = leaf.private.export({ format: 'pem', type: 'pkcs8' })
  const contexts = new Map<string, SecureContext>()

  return {
    certificate,
    contextOf(host) {
      const known = contexts.get(host)
      if (known !== undefined) return known
      const issued = issueCertificate(
        { ...validity, subject: host, key: leaf.public, names: [host], authority: false },
        { name, key: keys.private, publicKey: keys.public },
      )
      const context = createSecureContext({ key, cert: pemOf(issued) })
      contexts.set(host, context)
      return context
    },
  }
}

/** DER as PEM. */
export function pemOf(certificate: Buffer): string {
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}
