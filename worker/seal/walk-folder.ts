import { Buffer } from 'node:buffer'
import { type Dirent, opendirSync } from 'node:fs'
import { SearchEnd } from './search-result.ts'

export interface FoundEntry {
  /** Below the label of its folder, one byte per character (latin1). */
  readonly path: string
  readonly fullPath: Buffer
  readonly entry: Dirent
}

/** Every entry below a folder, folders before what is in them; follows no symlink. Blocks its thread. */
export function* walkFolder(root: string, label: string): Generator<FoundEntry> {
  const folders = ['']
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const opened = openFolder(pathBelow(root, folder), `${label}/${folder}`)
    try {
      for (let entry = opened.readSync(); entry !== null; entry = opened.readSync()) {
        const name = folder + entry.name
        if (entry.isDirectory()) folders.push(`${name}/`)
        yield { path: `${label}/${name}`, fullPath: pathBelow(root, name), entry }
      }
    } finally {
      opened.closeSync()
    }
  }
}

function openFolder(fullPath: Buffer, path: string): ReturnType<typeof opendirSync> {
  try {
    return opendirSync(fullPath, { encoding: 'latin1', bufferSize: 512 })
  } catch (error) {
    throw SearchEnd.unreadable(path, error)
  }
}

function pathBelow(root: string, path: string): Buffer {
  return Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path, 'latin1')])
}
