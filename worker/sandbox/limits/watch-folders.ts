import type { SandboxSpec } from '../../pipeline/ports/index.ts'
import { createDiskWatch, type DiskWatch } from './disk-watch.ts'
import { measureUsage } from './measure-usage.ts'
import { occupiedSpace } from './occupied-space.ts'

/** More than any honest checkout has. */
const maxFiles = 2_000_000

/** Keeps an eye on what a job writes into its two folders. `du` is how it is started, as an argument list. */
export function watchFolders(
  spec: Pick<SandboxSpec, 'workspace' | 'home' | 'limits'>,
  du: readonly string[],
  now: () => number,
): DiskWatch {
  const folders = [spec.workspace, spec.home]
  return createDiskWatch({
    maxBytes: spec.limits.diskBytes,
    maxFiles,
    occupied: occupiedSpace(folders),
    measure: () => measureUsage(du, folders),
    now,
  })
}
