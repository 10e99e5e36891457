import { chown, lstat, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { KeptFiles } from '../pipeline/ports/index.ts'
import { moveTree } from './copy-tree.ts'

/**
 * Moves these paths of a workspace into a new one. The folders that they are in become those of the workspace's user: a
 * job that sees the new one as its own must be able to write into them.
 */
export async function moveLayer(
  from: string,
  to: string,
  layer: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const { uid, gid } = await lstat(from)
  const makeFolder = async (path: string): Promise<void> => {
    await mkdir(path, { mode: 0o700 })
    await chown(path, uid, gid)
  }
  await makeFolder(to)
  for (const folder of foldersAbove(layer)) await makeFolder(join(to, folder))
  for (const path of layer) await moveTree(join(from, path), join(to, path), signal)
}

/** Each before those in it. */
function foldersAbove(paths: readonly string[]): readonly string[] {
  const folders = new Set<string>()
  for (const path of paths) {
    for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1)) folders.add(path.slice(0, end))
  }
  return [...folders].sort()
}

/** Of files that setup left, those that are in a layer. */
export function keptIn(kept: KeptFiles, layer: readonly string[]): KeptFiles {
  const roots = new Set(layer)
  const isIn = (path: string): boolean => {
    for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1)) {
      if (roots.has(path.slice(0, end))) return true
    }
    return roots.has(path)
  }
  return new Map([...kept].filter(([path]) => isIn(path)))
}
