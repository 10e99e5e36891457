import { randomUUID } from 'node:crypto'
import { chmod, copyFile, mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { bundleName } from '../../worker/broker/session-env.ts'

/** What the operator's machine trusts, its own authorities among it. It holds no key. */
const systemBundle = '/etc/ssl/certs/ca-certificates.crt'

/**
 * A folder with the system's certificates and nothing else, to be shown in sandboxes of any image: images bring only
 * Debian's. Null where this machine has them elsewhere.
 */
export async function prepareCertificates(root: string): Promise<string | null> {
  const folder = join(root, 'certificates')
  const draft = join(folder, randomUUID())
  await mkdir(folder, { recursive: true })
  await chmod(folder, 0o755)
  try {
    await copyFile(systemBundle, draft)
    await chmod(draft, 0o644)
    await rename(draft, join(folder, bundleName))
    return folder
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  } finally {
    await rm(draft, { force: true })
  }
}
