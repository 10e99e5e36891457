import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { removeTree } from './remove-tree.ts'
import { aboutSchema, stagingPrefix } from './snapshot-store.ts'
import { isInUse } from './snapshot-uses.ts'
import { removeTrash, throwAway, trashPrefix } from './throw-away.ts'

/** A job that found its snapshot has copied it, or noted its use, well within this time. */
const inUseMs = 60 * 60 * 1000
/** No job puts a snapshot together for this long: who began it is dead. */
const staleMs = 24 * 60 * 60 * 1000

interface Stored {
  readonly folder: string
  readonly bytes: number
  readonly usedAt: number
}

/** Removes the least recently used snapshots until the rest fits, and what dead workers left half-done. */
export async function pruneStore(dir: string, mostBytes: number, now: number): Promise<void> {
  const names = await readdir(dir)
  for (const name of names.filter((name) => name.startsWith('.'))) await removeLeftover(join(dir, name), name, now)
  const stored = await Promise.all(
    names.filter((name) => !name.startsWith('.')).map((name) => describe(join(dir, name))),
  )
  const known = stored.filter((one) => one !== null).sort((one, other) => other.usedAt - one.usedAt)
  let total = 0
  for (const { folder, bytes, usedAt } of known) {
    total += bytes
    if (total > mostBytes && now - usedAt > inUseMs && !(await isInUse(folder))) await throwAway(dir, folder)
  }
}

async function removeLeftover(path: string, name: string, now: number): Promise<void> {
  const isStale = name.startsWith(stagingPrefix) && now - ((await modifiedAt(path)) ?? now) > staleMs
  if (isStale) await removeTree(path)
  if (name.startsWith(trashPrefix)) await removeTrash(path)
}

async function modifiedAt(path: string): Promise<number | null> {
  try {
    return (await stat(path)).mtimeMs
  } catch (error) {
    if (isGone(error)) return null
    throw error
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

/** What other forms of a snapshot take on the disk. */
async function bytesBeside(folder: string): Promise<number> {
  const files = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isFile())
  const facts = await Promise.all(files.map(({ name }) => stat(join(folder, name))))
  return facts.reduce((sum, { blocks }) => sum + blocks * 512, 0)
}

/** Null for what another worker removed meanwhile. What an earlier version stored, nobody uses: it goes first. */
async function describe(folder: string): Promise<Stored | null> {
  const about = join(folder, 'about.json')
  const usedAt = await modifiedAt(about)
  if (usedAt === null) return null
  try {
    const { bytes } = aboutSchema.parse(JSON.parse(await readFile(about, 'utf8')))
    return { folder, bytes: bytes + (await bytesBeside(folder)), usedAt }
  } catch {
    return { folder, bytes: Number.POSITIVE_INFINITY, usedAt: Number.NEGATIVE_INFINITY }
  }
}
