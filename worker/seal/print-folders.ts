import { createHash } from 'node:crypto'
import { lstatSync } from 'node:fs'
import { walkFolder } from './walk-folder.ts'

/**
 * A digest of all that a file system says of a stored snapshot: names, kinds, modes, owners, sizes, inodes, and the
 * times of change, which only the kernel sets. Whoever wrote into one of its files, or put another in its place, has
 * changed it. Contents are not read again: that would take as long as the copy. Blocks its thread. Null where there are
 * more than `most` entries.
 */
export function printFolders(folder: string, parts: readonly string[], most = Number.POSITIVE_INFINITY): string | null {
  const lines: string[] = []
  for (const part of parts) {
    for (const { path, fullPath } of walkFolder(`${folder}/${part}`, part)) {
      const { mode, uid, gid, size, ino, nlink, mtimeNs, ctimeNs } = lstatSync(fullPath, { bigint: true })
      if (lines.length === most) return null
      lines.push(`${path}\0${mode} ${uid} ${gid} ${size} ${ino} ${nlink} ${mtimeNs} ${ctimeNs}`)
    }
  }
  const hash = createHash('sha256')
  for (const line of lines.sort()) hash.update(line).update('\0\0')
  return hash.digest('hex')
}
