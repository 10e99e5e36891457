import { Buffer } from 'node:buffer'
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs'
import { blobHash, type Fingerprint, fileMode, formatFingerprint, inodeName } from './fingerprint.ts'
import { WalkEnd } from './walk-end.ts'
import type { WalkedFile } from './walk-result.ts'

const chunkBytes = 1024 * 1024
/** setuid, setgid and sticky. */
const specialBits = 0o7000

/**
 * Reads one file that a sandbox left. Never follows a symlink, never waits for a FIFO or a device, judges what was
 * opened and not what was listed. Null where it is one of `known`; a file is held in memory only if it changed and
 * is no larger than `mostBytes`. Blocks its thread. Throws WalkEnd.
 */
export function readWorkspaceFile(
  root: string,
  path: string,
  known: readonly string[],
  mostBytes: number,
  checkTime: () => void,
): WalkedFile | null {
  const file = openPlain(root, path)
  try {
    const stats = fstatSync(file)
    refuseSpecial(path, stats)
    const { size } = stats
    const mode = fileMode(stats.mode)
    const candidates = known.filter((fingerprint) => fingerprint.startsWith(`${mode} ${size} `))
    if (size > mostBytes && candidates.length === 0) throw tooLarge(path, size, mostBytes)
    const keep = size <= mostBytes ? Buffer.allocUnsafe(size) : null
    const print: Fingerprint = { mode, size, sha: readThrough(file, path, size, keep, checkTime) }
    if (candidates.includes(formatFingerprint(print))) return null
    if (keep === null) throw tooLarge(path, size, mostBytes)
    return {
      ...print,
      path,
      content: new Uint8Array(keep),
      inode: stats.nlink > 1 ? inodeName(stats) : null,
    }
  } finally {
    closeSync(file)
  }
}

function openPlain(root: string, path: string): number {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY } = constants
  try {
    const name = Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path, 'latin1')])
    return openSync(name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)
  } catch (error) {
    throw WalkEnd.unreadable(path, error)
  }
}

function refuseSpecial(path: string, stats: Stats): void {
  if (!stats.isFile()) throw WalkEnd.unsafe(path, 'it is neither a file, nor a folder, nor a symlink')
  if ((stats.mode & specialBits) !== 0) throw WalkEnd.unsafe(path, 'it has the setuid, setgid or sticky bit')
}

/** Hashes a file, and fills `keep` if there is one. A file that is shorter than it said is refused. */
function readThrough(file: number, path: string, size: number, keep: Buffer | null, checkTime: () => void): string {
  const hash = blobHash(size)
  const scratch = keep ?? Buffer.allocUnsafe(Math.min(size, chunkBytes))
  for (let position = 0; position < size; ) {
    const start = keep === null ? 0 : position
    const read = readSync(file, scratch, start, Math.min(chunkBytes, size - position), position)
    if (read === 0) throw WalkEnd.unsafe(path, 'it is shorter than its size says')
    hash.update(scratch.subarray(start, start + read))
    position += read
    if (size > chunkBytes) checkTime()
  }
  return hash.digest('hex')
}

function tooLarge(path: string, size: number, mostBytes: number): WalkEnd {
  return WalkEnd.overBudget(path, `it has ${size} bytes; at most ${mostBytes} are taken`)
}
