import type { DiskUsage } from './measure-usage.ts'

/** What the file system itself says is in use, by everybody. */
export interface Occupied {
  readonly bytes: number
  readonly files: number
}

export interface DiskWatchOptions {
  readonly maxBytes: number
  readonly maxFiles: number
  /** Cheap, and asked often. */
  readonly occupied: () => Promise<Occupied>
  /** Exact, and asked only when the limit may have been passed. */
  readonly measure: () => Promise<DiskUsage>
  readonly now: () => number
}

export interface DiskWatch {
  isOver(): Promise<boolean>
}

/**
 * Counted at least this often even if nothing seems to grow: while a neighbour on the same file system deletes,
 * what a sandbox writes does not show. Counting that takes long is done less often, a twentieth of the time at most.
 */
const shortestBetweenMeasuresMs = 1_000
const longestBetweenMeasuresMs = 10_000
const calmPausePerMeasure = 20
/** Where the growth could have used up the budget, up to a fifth of the time goes into counting. */
const pausePerMeasure = 4
/** What a sandbox is taken to hold before anybody has counted. */
const assumedShare = 0.75

/**
 * Keeps an eye on what a sandbox writes to disk. A file system tells at once how much is in use on it, and a
 * sandbox cannot have grown by more than that has; only when that growth would use up what was left of the budget
 * at the last measurement are the sandbox's own files counted at once.
 */
export function createDiskWatch(options: DiskWatchOptions): DiskWatch {
  const { maxBytes, maxFiles } = options
  // Asked now, waited for only when it is needed: a sandbox that starts does not wait for it.
  const atFirst = options.occupied()
  atFirst.catch(() => {})
  const assumed = { bytes: maxBytes * assumedShare, files: maxFiles * assumedShare }
  const started = options.now()
  let last: { at: number; took: number; usage: Occupied; occupied: Occupied } | null = null
  let over = false

  return {
    isOver: async () => {
      const first = await atFirst
      const occupied = await options.occupied()
      last ??= { at: started, took: 0, usage: assumed, occupied: first }
      const growth = grown(last.occupied, occupied)
      const since = options.now() - last.at
      const spent = last.usage.bytes + growth.bytes > maxBytes || last.usage.files + growth.files > maxFiles
      if (since < (spent ? last.took * pausePerMeasure : calmPause(last.took))) return over
      const at = options.now()
      const found = await options.measure()
      const usage = found.complete ? found : atWorst(found, grown(first, occupied))
      last = { at, took: options.now() - at, usage, occupied }
      over = usage.bytes > maxBytes || usage.files > maxFiles
      return over
    },
  }
}

const calmPause = (took: number) =>
  Math.min(longestBetweenMeasuresMs, Math.max(shortestBetweenMeasuresMs, took * calmPausePerMeasure))

const grown = (from: Occupied, to: Occupied): Occupied => ({
  bytes: Math.max(0, to.bytes - from.bytes),
  files: Math.max(0, to.files - from.files),
})

/** A folder that cannot be read hides what is in it: at worst, all that the file system has grown by. */
function atWorst(found: DiskUsage, growth: Occupied): Occupied {
  return { bytes: Math.max(found.bytes, growth.bytes), files: Math.max(found.files, growth.files) }
}
