import { createHash, type Hash } from 'node:crypto'

/**
 * What tells one file from another: kind and mode as git sees them, size, and git's blob id. A hash and not a time:
 * the sandbox can set any time it likes, and copying a snapshot must not change the answer. The size stands first
 * so that a sparse file of terabytes is told apart without reading it.
 */
export interface Fingerprint {
  readonly mode: '100644' | '100755' | '120000'
  readonly size: number
  readonly sha: string
}

export function formatFingerprint({ mode, size, sha }: Fingerprint): string {
  return `${mode} ${size} ${sha}`
}

export function fileMode(stMode: number): '100644' | '100755' {
  return (stMode & 0o100) === 0 ? '100644' : '100755'
}

/** A hash that yields git's blob id once `size` bytes were added. */
export function blobHash(size: number): Hash {
  return createHash('sha1').update(`blob ${size}\0`)
}

/**
 * The key of a path among the files that setup left. Text where the name is UTF-8; else its bytes behind a NUL,
 * which no real path has.
 */
export function keptKey(path: string, decoded: string | null): string {
  return decoded ?? `\0${path}`
}

/** Tells files with several names apart. */
export function inodeName({ dev, ino }: { readonly dev: number; readonly ino: number }): string {
  return `${dev}:${ino}`
}
