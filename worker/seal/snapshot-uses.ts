import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rm, stat, symlink } from 'node:fs/promises'
import { join, resolve } from 'node:path'

/**
 * Beside what is stored: for each job that it is shown to, a symlink to a folder of that job's. A job uses the snapshot
 * for as long as its folder is there, also one whose worker died: until it is reaped, something may be mounted.
 */
const usesName = 'uses'

/** Has to be there before anything is mounted. Removes what ended jobs left here. */
export async function noteUse(snapshot: string, folder: string): Promise<void> {
  const uses = join(snapshot, usesName)
  // Not recursive: a snapshot that was thrown away meanwhile must not come back.
  await mkdir(uses, { mode: 0o700 }).catch((error: unknown) => {
    if (!hasCode(error, 'EEXIST')) throw error
  })
  for (const { path, isLive } of await usesOf(snapshot)) if (!isLive) await rm(path, { force: true })
  await symlink(resolve(folder), join(uses, randomUUID()))
}

export async function isInUse(snapshot: string): Promise<boolean> {
  return (await usesOf(snapshot)).some(({ isLive }) => isLive)
}

async function usesOf(snapshot: string): Promise<readonly { readonly path: string; readonly isLive: boolean }[]> {
  const uses = join(snapshot, usesName)
  const names = await readdir(uses).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return []
    throw error
  })
  return Promise.all(
    names.map(async (name) => {
      const path = join(uses, name)
      return { path, isLive: await isThere(path) }
    }),
  )
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false
    throw error
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
