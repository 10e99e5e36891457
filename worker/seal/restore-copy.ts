import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import type { Folders, Owner, Snapshot } from '../pipeline/ports/index.ts'
import { copyInto, giveTree, moveTree } from './copy-tree.ts'
import { freshFolder, removeTree } from './remove-tree.ts'
import { storedParts } from './snapshot-store.ts'

/** Copies a stored snapshot beside the folders that it is for, as `owner`'s. */
export async function copyBeside(stored: string, into: Folders, owner: Owner, signal: AbortSignal): Promise<void> {
  // One program copies, and one gives, where each part would need two of its own.
  const staging = stagingFor(into)
  await freshFolder(staging)
  await copyInto(stored, storedParts, staging, signal)
  if (owner !== null) await giveTree(staging, owner, signal)
}

/** Moves the copy into them: a layer into the base commit's files, a whole workspace over what is there. */
export async function placeCopy({ layer }: Pick<Snapshot, 'layer'>, into: Folders, signal: AbortSignal): Promise<void> {
  const staging = stagingFor(into)
  await replace(join(staging, 'home'), into.home, signal)
  if (layer === null) await replace(join(staging, 'workspace'), into.workspace, signal)
  else for (const path of layer) await moveTree(join(staging, 'workspace', path), join(into.workspace, path), signal)
  await removeTree(staging)
}

/** Beside the folders that it is for: moving it in is a rename. */
function stagingFor({ workspace }: Folders): string {
  return `${workspace}-restored`
}

/** Moves a folder to where another one is, or nothing. */
export async function replace(from: string, to: string, signal: AbortSignal): Promise<void> {
  await removeTree(to)
  await moveTree(from, to, signal)
  await chmod(to, 0o700)
}
