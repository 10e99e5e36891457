import { Buffer } from 'node:buffer'
import type { Dirent } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { inodeName } from './fingerprint.ts'
import type { WalkedFile } from './walk-result.ts'

/** Beyond this many entries the rest is not searched, so that a file with a name there counts as foreign. */
const mostEntries = 1_000_000

/**
 * The first changed file that has a name outside the workspace, or null. A hard link is the one way in which a
 * plain file can be somebody else's; all names of one inside, ignored folders included, are harmless.
 */
export async function findForeignName(workspace: string, changed: readonly WalkedFile[]): Promise<string | null> {
  const suspects = changed.filter(({ inode }) => inode !== null)
  if (suspects.length === 0) return null
  const names = await countNames(workspace, new Set(suspects.map(({ inode }) => inode)))
  for (const { path, inode } of suspects) {
    const { nlink } = await lstat(fullPath(workspace, path))
    if (nlink > (names.get(inode) ?? 0)) return path
  }
  return null
}

/** Counts the names of these files below the workspace. A folder that cannot be read counts as without any. */
async function countNames(workspace: string, inodes: ReadonlySet<string | null>): Promise<Map<string | null, number>> {
  const names = new Map<string | null, number>()
  const folders = ['']
  let entries = 0
  for (let folder = folders.pop(); folder !== undefined && entries < mostEntries; folder = folders.pop()) {
    for (const entry of await entriesOf(fullPath(workspace, folder))) {
      entries += 1
      if (entry.isDirectory()) folders.push(`${folder}${entry.name}/`)
      if (!entry.isFile()) continue
      const inode = inodeName(await lstat(fullPath(workspace, folder + entry.name)))
      if (inodes.has(inode)) names.set(inode, (names.get(inode) ?? 0) + 1)
    }
  }
  return names
}

async function entriesOf(folder: Buffer): Promise<Dirent[]> {
  try {
    return await readdir(folder, { encoding: 'latin1', withFileTypes: true })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EACCES') return []
    throw error
  }
}

function fullPath(workspace: string, path: string): Buffer {
  return Buffer.concat([Buffer.from(`${workspace}/`), Buffer.from(path, 'latin1')])
}
