import { access, constants, mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Below the project: a machine probes an engine once for all its test runs, as a worker does once for all its jobs. */
const kept = fileURLToPath(new URL('../.airlock/test-postures', import.meta.url))

/**
 * Lets whoever works on a data folder find what others have probed, as far as it fits this host and this code: probes take
 * seconds, and are tested where they are made. Who may not write there probes for themselves.
 */
export async function linkKeptPostures(dataDir: string): Promise<void> {
  const mayWrite = await mkdir(kept, { recursive: true, mode: 0o700 })
    .then(() => access(kept, constants.W_OK))
    .then(
      () => true,
      () => false,
    )
  if (!mayWrite) return
  await mkdir(dataDir, { recursive: true, mode: 0o711 })
  await symlink(kept, join(dataDir, 'postures'))
}
