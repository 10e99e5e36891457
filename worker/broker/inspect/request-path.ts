/** A path that means one thing, cut at its slashes; or why it could mean two. */
export type RequestPath =
  | { readonly ok: true; readonly segments: readonly string[] }
  | { readonly ok: false; readonly why: string }

/**
 * Reads the path of a request for a rule that looks at it. Servers, and proxies before them, differ in what they decode
 * and clean up, so that what one checks another may not serve: whatever they could differ about is refused here, and not
 * repaired. What is left is decoded once. An encoded slash stays what it is, `%2f`, and only a pattern with one takes it.
 */
export function readPath(path: string): RequestPath {
  if (!/^\/[\x21-\x7e]*$/.test(path) || /[\\#<>"^`{|}]/.test(path))
    return no('it has characters that are not for a path')
  const segments: string[] = []
  for (const raw of path.slice(1).split('/')) {
    const segment = decodeSegment(raw)
    if (segment === null) return no('its percent-encoding can be read in two ways')
    segments.push(segment)
  }
  if (segments.slice(0, -1).includes('')) return no('it has an empty segment (//)')
  // Before a semicolon, because some servers take the rest of a segment for a parameter.
  if (
    segments.some((segment) => /^\.{1,2}(?:;|%2f|$)|%2f\.{1,2}(?:;|%2f|$)/.test(segment) || /^;|%2f;/.test(segment))
  ) {
    return no('it has a dot segment (. or ..)')
  }
  return { ok: true, segments }
}

/** Null: not UTF-8, encoded twice, or with something in it that ends or splits a path elsewhere. */
function decodeSegment(raw: string): string | null {
  try {
    const decoded = raw
      .split(/%2f/i)
      .map((part) => decodeURIComponent(part))
      .join('%2f')
    return /[\x00-\x1f\x7f\\?#]/.test(decoded) || decoded.replaceAll('%2f', '').includes('%') ? null : decoded
  } catch {
    return null
  }
}

function no(why: string): RequestPath {
  return { ok: false, why }
}

/** `*` is any part of one segment, `**` any number of segments. Case counts. */
export function matchesPath(pattern: string, segments: readonly string[]): boolean {
  return matchesWild(pattern.slice(1).split('/'), segments, (part) => part === '**', matchesSegment)
}

function matchesSegment(pattern: string, segment: string): boolean {
  return matchesWild(
    [...pattern],
    [...segment],
    (part) => part === '*',
    (part, character) => part === character,
  )
}

/** Two walks with one place to go back to: never more than the product of both lengths, whatever the pattern is. */
function matchesWild(
  pattern: readonly string[],
  input: readonly string[],
  isWild: (part: string) => boolean,
  fits: (part: string, piece: string) => boolean,
): boolean {
  let [at, wildAt, resume] = [0, -1, 0]
  for (let index = 0; index < input.length; ) {
    const part = pattern[at]
    if (part !== undefined && isWild(part)) {
      wildAt = at
      at += 1
      resume = index
    } else if (part !== undefined && fits(part, input[index] ?? '')) {
      at += 1
      index += 1
    } else if (wildAt !== -1) {
      at = wildAt + 1
      resume += 1
      index = resume
    } else {
      return false
    }
  }
  return pattern.slice(at).every(isWild)
}
