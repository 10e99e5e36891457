import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeTrustFolder } from '../../../worker/broker/inspect/trust.ts'

/** What an operator's machine would trust: one certificate. */
export async function certificateFolder(pem: string): Promise<AsyncDisposable & { readonly path: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'airlock-trust-'))
  const path = join(folder, 'certificates')
  await writeTrustFolder(path, [pem], Date.now())
  return { path, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}
