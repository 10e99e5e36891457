/** `acme/pay-*` against `Acme/pay-roll`: `*` is any part of one name, and case is ignored, as GitHub does. */
export function matchesName(glob: string, fullName: string): boolean {
  const globs = glob.toLowerCase().split('/')
  const names = fullName.toLowerCase().split('/')
  return globs.length === names.length && globs.every((part, index) => matchesPart(part, names[index] ?? ''))
}

/** What stands between the stars has to come in that order; the earliest place for each leaves most for the rest. */
function matchesPart(glob: string, name: string): boolean {
  const [first = '', ...rest] = glob.split('*')
  const last = rest.pop()
  if (last === undefined) return name === first
  if (!name.startsWith(first)) return false
  let at = first.length
  for (const text of rest) {
    const found = name.indexOf(text, at)
    if (found === -1) return false
    at = found + text.length
  }
  return name.length - last.length >= at && name.endsWith(last)
}
