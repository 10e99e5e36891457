import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls'
import { bundleName, trustStoreName, wgetrc, wgetrcName } from '../session-env.ts'
import { javaTrustStore } from './java-trust-store.ts'

/** What the worker's machine trusts, read once. */
export interface HostTrust {
  readonly pems: readonly string[]
  /** For connections of the broker's own. */
  readonly context: SecureContext
}

const certificatePattern = /-----BEGIN CERTIFICATE-----[\sA-Za-z0-9+/=]+-----END CERTIFICATE-----/g

/** Reads the bundle of a folder of certificates; null: what comes with Node. */
export async function readHostTrust(certificates: string | null): Promise<HostTrust> {
  const pems = certificates === null ? rootCertificates : pemsIn(await readFile(join(certificates, bundleName), 'utf8'))
  return { pems, context: createSecureContext({ ca: [...pems] }) }
}

/** The certificates of a bundle, without what stands between them. */
export function pemsIn(text: string): readonly string[] {
  return text.match(certificatePattern) ?? []
}

/** Makes a folder of certificates anew, to be shown in sandboxes. Nobody's key is in it. */
export async function writeTrustFolder(folder: string, pems: readonly string[], now: number): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { mode: 0o755 })
  await writeFile(join(folder, bundleName), `${pems.map((pem) => pem.trim()).join('\n')}\n`, { mode: 0o644 })
  await writeFile(join(folder, trustStoreName), javaTrustStore(pems.map(derOf), now), { mode: 0o644 })
  await writeFile(join(folder, wgetrcName), wgetrc, { mode: 0o644 })
}

function derOf(pem: string): Buffer {
  return Buffer.from(pem.replace(/-----[A-Z ]+-----/g, ''), 'base64')
}
