import { statSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import type { Occupied } from './disk-watch.ts'

/** Tells, whenever asked, what is in use on the file systems of these folders, each counted once. */
export function occupiedSpace(folders: readonly string[]): () => Promise<Occupied> {
  const byDevice = new Map(folders.map((folder) => [statSync(folder).dev, folder]))
  return async () => {
    const systems = await Promise.all([...byDevice.values()].map((folder) => statfs(folder)))
    return {
      bytes: systems.reduce((sum, { blocks, bfree, bsize }) => sum + (blocks - bfree) * bsize, 0),
      files: systems.reduce((sum, { files, ffree }) => sum + (files - ffree), 0),
    }
  }
}
