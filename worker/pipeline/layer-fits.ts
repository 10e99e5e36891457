import type { KeptFiles } from './ports/index.ts'

/**
 * Can what setup added to one commit be laid into this one? Each path must be free, and the folder that it goes into a
 * real folder of this commit: a branch that has a symlink there would lead the host's move elsewhere.
 */
export function layerFits(layer: readonly string[], files: KeptFiles): boolean {
  const folders = foldersOf(files)
  return layer.every((path) => {
    const parent = path.slice(0, Math.max(0, path.lastIndexOf('/')))
    return !files.has(path) && !folders.has(path) && (parent === '' || folders.has(parent))
  })
}

function foldersOf(files: KeptFiles): Set<string> {
  const folders = new Set<string>()
  for (const path of files.keys()) {
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      if (folders.has(path.slice(0, slash))) break
      folders.add(path.slice(0, slash))
    }
  }
  return folders
}
