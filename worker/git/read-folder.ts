import { Buffer } from 'node:buffer'
import { type Dirent, opendirSync } from 'node:fs'
import { WalkEnd } from './walk-end.ts'

/**
 * The entries of one folder below `root`, a few at a time, so that a folder of millions costs no memory before it is
 * given up. Names come as one byte per character (latin1). Blocks its thread.
 */
export function* readFolder(root: string, folder: string): Generator<Dirent> {
  const path = Buffer.concat([Buffer.from(`${root}/`), Buffer.from(folder, 'latin1')])
  const opened = openFolder(path, folder)
  try {
    for (let entry = opened.readSync(); entry !== null; entry = opened.readSync()) yield entry
  } finally {
    opened.closeSync()
  }
}

function openFolder(path: Buffer, folder: string): ReturnType<typeof opendirSync> {
  try {
    return opendirSync(path, { encoding: 'latin1', bufferSize: 512 })
  } catch (error) {
    throw WalkEnd.unreadable(folder || '.', error)
  }
}
