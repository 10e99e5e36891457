/** A new path, and the one that it would overwrite where letters' case or Unicode's composition do not count. */
export interface CaseCollision {
  readonly path: string
  readonly with: string
}

/**
 * The first of `added` that a file system without case (macOS, Windows) would take for another path of the result.
 * Pure. What the base has long had is left alone.
 */
export function findCaseCollision(remaining: Iterable<string>, added: readonly string[]): CaseCollision | null {
  if (added.length === 0) return null
  const actual = new Map<string, string>()
  const known = new Set<string>()
  for (const path of remaining) {
    for (const prefix of newPrefixes(path, known)) {
      if (!actual.has(fold(prefix))) actual.set(fold(prefix), prefix)
    }
  }
  for (const path of added) {
    for (const prefix of newPrefixes(path, known)) {
      const other = actual.get(fold(prefix))
      if (other !== undefined) return { path: prefix, with: other }
      actual.set(fold(prefix), prefix)
    }
  }
  return null
}

/** The path and the folders above it that `known` does not have yet; adds them. */
function newPrefixes(path: string, known: Set<string>): string[] {
  const found: string[] = []
  let prefix = path
  while (prefix !== '' && !known.has(prefix)) {
    known.add(prefix)
    found.push(prefix)
    prefix = prefix.slice(0, Math.max(0, prefix.lastIndexOf('/')))
  }
  return found
}

function fold(path: string): string {
  return path.normalize('NFC').toUpperCase().toLowerCase()
}
