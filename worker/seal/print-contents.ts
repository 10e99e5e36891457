import { createHash } from 'node:crypto'
import { closeSync, lstatSync, openSync, readlinkSync, readSync } from 'node:fs'
import { walkFolder } from './walk-folder.ts'

const pieceBytes = 1024 ** 2

/**
 * A digest of what is in a stored snapshot: names, kinds, whether a file may be run, symlinks' targets, contents. It is the
 * same after the snapshot was packed and unpacked on another machine, where inodes, times and owners are others. Reads
 * every byte, and blocks its thread. Throws where there is something else than files, folders and symlinks.
 */
export function printContents(folder: string, parts: readonly string[]): string {
  const piece = Buffer.alloc(pieceBytes)
  const lines: string[] = []
  for (const part of parts) {
    for (const { path, fullPath, entry } of walkFolder(`${folder}/${part}`, part)) {
      if (entry.isDirectory()) lines.push(`${path}\0folder`)
      else if (entry.isSymbolicLink()) lines.push(`${path}\0symlink ${readlinkSync(fullPath, 'latin1')}`)
      else if (entry.isFile()) lines.push(`${path}\0file ${modeOf(fullPath)} ${contentOf(fullPath, piece)}`)
      else throw new Error(`${path} is no file, folder or symlink`)
    }
  }
  const hash = createHash('sha256')
  for (const line of lines.sort()) hash.update(line).update('\0\0')
  return hash.digest('hex')
}

/** A program that unpacks may take rights away from others; who may run a file is the owner's. */
function modeOf(path: Buffer): string {
  return (lstatSync(path).mode & 0o100) === 0 ? 'plain' : 'program'
}

function contentOf(path: Buffer, piece: Buffer): string {
  const hash = createHash('sha256')
  const file = openSync(path, 'r')
  try {
    for (let bytes = readSync(file, piece); bytes > 0; bytes = readSync(file, piece)) {
      hash.update(piece.subarray(0, bytes))
    }
  } finally {
    closeSync(file)
  }
  return hash.digest('hex')
}
