import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Tells apart what is in these places of a machine at two times, or on two machines. */
export type HostPrint = (places: readonly string[]) => string

/** By when something was last put there or taken away: of one machine. */
export const printByTimes: HostPrint = (places) => digest(JSON.stringify(places.map(timesOf)))

/**
 * By content: a file as a whole, a folder by what lies directly in it. Two machines on which the same packages were
 * installed have the same, whenever that was. Blocks its thread for some 30 ms.
 */
export const printByContent: HostPrint = (places) => digest(JSON.stringify(contentsOf(places)))

function timesOf(path: string): readonly [string, number, number] | null {
  const facts = statSync(path, { throwIfNoEntry: false })
  return facts === undefined ? null : [path, facts.size, facts.mtimeMs]
}

/** Where two places are one, such as /bin and /usr/bin, it is looked at once. */
function contentsOf(places: readonly string[]): ReadonlyArray<readonly [string, string]> {
  const there = places.filter((path) => statSync(path, { throwIfNoEntry: false }) !== undefined)
  const real = new Set(there.map((path) => realpathSync(path)))
  return [...real].map((path) => {
    const read = statSync(path).isDirectory() ? JSON.stringify(entriesOf(path)) : readFileSync(path)
    return [path, digest(read)]
  })
}

function entriesOf(folder: string): readonly string[] {
  return readdirSync(folder)
    .sort()
    .map((name) => `${name} ${factsOf(join(folder, name))}`)
}

/** Packages set the times of their files; those of symlinks and folders are of the day on which they were installed. */
function factsOf(path: string): string {
  const facts = lstatSync(path, { throwIfNoEntry: false })
  if (facts === undefined) return 'gone'
  if (facts.isSymbolicLink()) return `symlink ${readlinkSync(path)}`
  return facts.isFile() ? `file ${facts.size} ${facts.mtimeMs}` : 'folder'
}

function digest(text: string | Buffer): string {
  return createHash('sha256').update(text).digest('hex')
}
