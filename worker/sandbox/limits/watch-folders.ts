import type { Limits } from '../../contract/index.ts'
import { createDiskWatch, type DiskWatch, type Occupied } from './disk-watch.ts'
import { measureUsage } from './measure-usage.ts'
import { occupiedSpace } from './occupied-space.ts'

/** More than any honest checkout has. */
const maxFiles = 2_000_000

const nothing = async () => ({ bytes: 0, files: 0 })

export interface WatchPlan {
  readonly folders: readonly string[]
  readonly limits: Pick<Limits, 'diskBytes'>
  /** How it is started, as an argument list, to see the folders under these paths. */
  readonly du: readonly string[]
  readonly now: () => number
  /** Where the worker itself finds them; by default there. */
  readonly find?: (path: string) => string
  /** Tells what is in no folder any more. */
  readonly unlinked?: (folders: readonly string[]) => Promise<Occupied>
}

/** Keeps an eye on what a job writes into its folders. */
export function watchFolders(plan: WatchPlan): DiskWatch {
  const { folders, limits, du, now, find = (path) => path, unlinked = nothing } = plan
  const seen = folders.map(find)
  return createDiskWatch({
    maxBytes: limits.diskBytes,
    maxFiles,
    occupied: occupiedSpace(seen),
    measure: async () => {
      const [found, held] = await Promise.all([measureUsage(du, folders), unlinked(seen)])
      return { ...found, bytes: found.bytes + held.bytes, files: found.files + held.files }
    },
    now,
  })
}
