import { lstat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Folders } from '../pipeline/ports/index.ts'
import type { Overlays } from './overlays.ts'
import { removeTree } from './remove-tree.ts'
import { copyBeside, placeCopy, replace } from './restore-copy.ts'

/**
 * Gives what setup left to the agent of the same job. The search has looked at contents and names: extended attributes
 * go, or, where one cannot be taken away, stay behind with what was copied.
 */
export async function handOver(
  overlays: Overlays | null,
  from: Folders,
  into: Folders,
  signal: AbortSignal,
): Promise<void> {
  if (await overlays?.bare([from.workspace, from.home], signal)) {
    await replace(from.workspace, into.workspace, signal)
    await replace(from.home, into.home, signal)
    return
  }
  const { uid, gid } = await lstat(from.workspace)
  await copyBeside(dirname(from.workspace), into, process.getuid?.() === 0 ? { uid, gid } : null, signal)
  await placeCopy({ layer: null }, into, signal)
  await removeTree(from.workspace)
  await removeTree(from.home)
}
