import { randomUUID } from 'node:crypto'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { removeTree } from './remove-tree.ts'
import { isInUse } from './snapshot-uses.ts'

export const trashPrefix = '.trash-'

/** Out of the way in one step, so that nobody finds half a snapshot; another worker may have been faster. */
export async function throwAway(dir: string, snapshot: string): Promise<void> {
  const trash = join(dir, `${trashPrefix}${randomUUID()}`)
  try {
    await rename(snapshot, trash)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return
    throw error
  }
  await removeTrash(trash)
}

/** What a job still sees through its overlay stays until that job has ended. */
export async function removeTrash(trash: string): Promise<void> {
  if (!(await isInUse(trash))) await removeTree(trash)
}
