import { chmod, mkdir, opendir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommand } from '../process/run-command.ts'

const removeTimeoutMs = 600_000

/**
 * Removes a tree, also where folders were made unwritable, as package caches do, or lie so deep that nobody can name
 * them, as only an attack does. Follows no symlink.
 */
export async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true, maxRetries: 3 })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null
    if (code === 'ENAMETOOLONG') return removeStepByStep(path)
    if (code !== 'EACCES' && code !== 'EPERM') throw error
    await openFolders(path)
    await rm(path, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** An empty folder of the worker's own, whatever was there. */
export async function freshFolder(path: string): Promise<void> {
  await removeTree(path)
  await mkdir(path, { mode: 0o700 })
}

/** Node names every file by its whole path, which ends at 4,096 bytes; rm walks from folder to folder. */
async function removeStepByStep(path: string): Promise<void> {
  await runCommand(['rm', '-rf', '--', path], { env: { PATH: '/usr/bin:/bin' }, timeoutMs: removeTimeoutMs })
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
