import { chmod, opendir, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** Removes a tree, also where folders were made unwritable, as package caches do. Follows no symlink. */
export async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true, maxRetries: 3 })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && (error.code === 'EACCES' || error.code === 'EPERM'))) throw error
    await openFolders(path)
    await rm(path, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** What is gone meanwhile is what was wanted: the removal that failed here goes on elsewhere in the tree. */
async function openFolders(path: string): Promise<void> {
  try {
    await chmod(path, 0o700)
    for await (const entry of await opendir(path)) {
      if (entry.isDirectory()) await openFolders(join(path, entry.name))
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
}
