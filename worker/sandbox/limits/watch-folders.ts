import type { SandboxSpec } from '../../pipeline/ports/index.ts'
import { createDiskWatch, type DiskWatch, type Occupied } from './disk-watch.ts'
import { measureUsage } from './measure-usage.ts'
import { occupiedSpace } from './occupied-space.ts'

/** More than any honest checkout has. */
const maxFiles = 2_000_000

const nothing = async () => ({ bytes: 0, files: 0 })

/**
 * Keeps an eye on what a job writes into its two folders. `du` is how it is started, as an argument list; `unlinked`
 * tells what of it is in no folder any more.
 */
export function watchFolders(
  spec: Pick<SandboxSpec, 'workspace' | 'home' | 'limits'>,
  du: readonly string[],
  now: () => number,
  unlinked: (folders: readonly string[]) => Promise<Occupied> = nothing,
): DiskWatch {
  const folders = [spec.workspace, spec.home]
  return createDiskWatch({
    maxBytes: spec.limits.diskBytes,
    maxFiles,
    occupied: occupiedSpace(folders),
    measure: async () => {
      const [found, held] = await Promise.all([measureUsage(du, folders), unlinked(folders)])
      return { ...found, bytes: found.bytes + held.bytes, files: found.files + held.files }
    },
    now,
  })
}
