import parse from 'spdx-expression-parse'

export interface LicensePolicy {
  readonly allow?: readonly string[] | undefined
  readonly deny?: readonly string[] | undefined
}

/** What a policy says of an expression. `unresolved`: it says nothing certain, so that a person decides. */
export type Standing = 'allowed' | 'unresolved' | 'forbidden'

const order: readonly Standing[] = ['allowed', 'unresolved', 'forbidden']
/** Longer ones are no license that anyone has read; the parser's time grows with the square of the length. */
const longestExpression = 1000

/**
 * Decides an SPDX expression. `OR` leaves the choice to whoever uses it, so the better side counts; `AND` asks for
 * both, so the worse does. spdx-satisfies is not used: it takes ids of eight letters, such as CDDL-1.0, for
 * "or later", and spends exponential time on nested choices.
 */
export function judgeLicense(expression: string, policy: LicensePolicy): Standing {
  const parsed = parseExpression(expression)
  return parsed === null ? 'unresolved' : judge(parsed, policy)
}

/** Entries of the policy that are no single SPDX license. */
export function unreadableEntries({ allow = [], deny = [] }: LicensePolicy): string[] {
  return [...allow, ...deny].filter((entry) => parseEntry(entry) === null)
}

/** Every license that an expression names; none where it is no expression. */
export function idsIn(expression: string): string[] {
  const parsed = parseExpression(expression)
  return parsed === null ? [] : leavesOf(parsed)
}

function leavesOf(info: parse.Info): string[] {
  return 'license' in info ? [info.license] : [...leavesOf(info.left), ...leavesOf(info.right)]
}

function judge(info: parse.Info, policy: LicensePolicy): Standing {
  if ('license' in info) return judgeSingle(info, policy)
  const [better = 'unresolved', worse = 'unresolved'] = [judge(info.left, policy), judge(info.right, policy)].sort(
    (a, b) => order.indexOf(a) - order.indexOf(b),
  )
  return info.conjunction === 'or' ? better : worse
}

function judgeSingle(license: parse.LicenseInfo, { allow, deny }: LicensePolicy): Standing {
  const denied = deny === undefined ? 'allowed' : judgeDenied(license, entriesOf(deny))
  if (allow === undefined || denied === 'forbidden') return denied
  const allowed = entriesOf(allow).some(
    (entry) => overlap(rangeOf(entry), rangeOf(license)) && entry.exception === license.exception,
  )
  return allowed ? denied : 'forbidden'
}

/** An exception or a later version may lead out of a denied license: whether it does is for a person to say. */
function judgeDenied(license: parse.LicenseInfo, denied: readonly parse.LicenseInfo[]): Standing {
  if (/^(?:LicenseRef|DocumentRef)-/.test(license.license)) {
    return denied.some((entry) => entry.license === license.license) ? 'forbidden' : 'unresolved'
  }
  const range = rangeOf(license)
  const touched = denied.filter(
    (entry) => overlap(rangeOf(entry), range) && (!entry.exception || entry.exception === license.exception),
  )
  if (touched.length === 0) return 'allowed'
  const whole = touched.some(
    (entry) => entry.exception === license.exception && overlap(rangeOf(entry), { ...range, orLater: false }),
  )
  return whole ? 'forbidden' : 'unresolved'
}

/** Whether some version of one is some version of the other. */
function overlap(a: LicenseRange, b: LicenseRange): boolean {
  if (a.family !== b.family) return false
  if (a.version === b.version) return true
  return compareVersions(a.version, b.version) > 0 ? b.orLater : a.orLater
}

interface LicenseRange {
  readonly family: string
  readonly version: string
  readonly orLater: boolean
}

/** `GPL-2.0-or-later`, `GPL-2.0+` and the deprecated `GPL-2.0` as family, version, and whether later ones count. */
function rangeOf({ license, plus }: parse.LicenseInfo): LicenseRange {
  const [, family = license, version = '', suffix = ''] =
    /^(.+?)-(\d+(?:\.\d+)*)(-only|-or-later)?$/.exec(license) ?? []
  return { family, version, orLater: plus === true || suffix === '-or-later' }
}

function compareVersions(a: string, b: string): number {
  const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)]
  const at = Array.from({ length: Math.max(left.length, right.length) }).findIndex(
    (_none, index) => (left[index] ?? 0) !== (right[index] ?? 0),
  )
  return at === -1 ? 0 : (left[at] ?? 0) - (right[at] ?? 0)
}

function entriesOf(list: readonly string[]): parse.LicenseInfo[] {
  return list.map(parseEntry).filter((entry) => entry !== null)
}

function parseEntry(entry: string): parse.LicenseInfo | null {
  const parsed = parseExpression(entry)
  return parsed !== null && 'license' in parsed ? parsed : null
}

/** The parser throws for all that is no SPDX expression. */
function parseExpression(expression: string): parse.Info | null {
  if (expression.length > longestExpression) return null
  try {
    return parse(expression)
  } catch {
    return null
  }
}
