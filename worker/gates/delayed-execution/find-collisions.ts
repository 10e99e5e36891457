import type { ChangedFile } from '../change/view-change.ts'

/**
 * Paths and folders of the new tree that are one on a file system without case: the second written replaces, or is
 * written through, the first (a folder through a symlink reaches anywhere). Only what the change adds is asked about.
 */
export function findCollisions(files: readonly ChangedFile[], basePaths: readonly string[]): Map<string, string> {
  const deleted = new Set(files.filter((file) => file.after === null).map((file) => file.path))
  const added = files.filter((file) => file.before === null && file.after !== null).map((file) => file.path)
  const kept = files.filter((file) => file.before !== null && file.after !== null).map((file) => file.path)
  if (added.length === 0) return new Map()
  const spelled = new Map<string, string>()
  for (const path of [...basePaths.filter((path) => !deleted.has(path)), ...kept]) remember(spelled, path)
  const collisions = new Map<string, string>()
  for (const path of added) {
    const other = collisionOf(spelled, path)
    if (other !== null) collisions.set(path, other)
    remember(spelled, path)
  }
  return collisions
}

function collisionOf(spelled: ReadonlyMap<string, string>, path: string): string | null {
  for (const [key, prefix] of foldedPrefixes(path)) {
    const other = spelled.get(key)
    if (other !== undefined && other !== prefix) return other
  }
  return null
}

function remember(spelled: Map<string, string>, path: string): void {
  for (const [key, prefix] of foldedPrefixes(path)) {
    if (!spelled.has(key)) spelled.set(key, prefix)
  }
}

/** `a`, `a/b`, `a/b/c`, each behind what macOS and Windows take for the same name. */
function foldedPrefixes(path: string): [key: string, prefix: string][] {
  const segments = path.split('/')
  const folded = path.normalize('NFC').toLowerCase().split('/')
  return segments.map((_segment, index) => [
    folded.slice(0, index + 1).join('/'),
    segments.slice(0, index + 1).join('/'),
  ])
}
