import { randomUUID } from 'node:crypto'
import { chmod, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pemsIn, writeTrustFolder } from '../../worker/broker/inspect/trust.ts'
import type { Environment } from '../settings/parse-settings.ts'

/** What the operator's machine trusts. It holds no key. */
const systemBundle = '/etc/ssl/certs/ca-certificates.crt'

/**
 * A folder with the certificates of the system and of NODE_EXTRA_CA_CERTS and nothing else, to be shown in sandboxes of
 * any image: images bring only Debian's. Null where this machine has them elsewhere.
 */
export async function prepareCertificates(root: string, env: Environment): Promise<string | null> {
  const system = await readOrNull(systemBundle)
  const extra = env.NODE_EXTRA_CA_CERTS === undefined ? null : await readOrNull(env.NODE_EXTRA_CA_CERTS)
  if (system === null) return null
  const folder = join(root, 'certificates')
  const draft = join(root, `.certificates-${randomUUID()}`)
  await mkdir(folder, { recursive: true })
  await chmod(folder, 0o755)
  try {
    await writeTrustFolder(draft, [...pemsIn(system), ...pemsIn(extra ?? '')], Date.now())
    // File by file, because sandboxes that run now have the folder mounted.
    for (const name of await readdir(draft)) await rename(join(draft, name), join(folder, name))
    return folder
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

/** Null where there is no such file: Node too goes on without it. */
async function readOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}
