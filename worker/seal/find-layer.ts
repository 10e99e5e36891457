import { Buffer } from 'node:buffer'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeName } from '../git/unsafe-name.ts'
import type { KeptFiles } from '../pipeline/ports/index.ts'

/**
 * The uppermost paths that setup added to a base commit's files; null where it changed or removed one of those, so
 * that what it left fits no other commit. What it made of the workspace's `.git` is no part of it.
 */
export async function findLayer(workspace: string, kept: KeptFiles, base: KeptFiles): Promise<string[] | null> {
  for (const [path, print] of base) {
    if (kept.get(path) !== print) return null
    // A name that is not UTF-8, by its bytes behind a NUL: not worth a second way to walk.
    if (path.startsWith('\0')) return null
  }
  const folders = foldersOf(base)
  const layer: string[] = []
  for (const folder of ['', ...folders]) {
    // Every file of the base commit was just seen in it: it is a real folder.
    for (const name of await readdir(join(workspace, folder), { encoding: 'buffer' })) {
      const decoded = decodeName(Buffer.from(name).toString('latin1'))
      if (decoded === null) return null
      const path = folder === '' ? decoded : `${folder}/${decoded}`
      if (path !== '.git' && !base.has(path) && !folders.has(path)) layer.push(path)
    }
  }
  return layer.sort()
}

function foldersOf(base: KeptFiles): Set<string> {
  const folders = new Set<string>()
  for (const path of base.keys()) {
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      if (folders.has(path.slice(0, slash))) break
      folders.add(path.slice(0, slash))
    }
  }
  return folders
}
