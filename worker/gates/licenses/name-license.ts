import type { RegistryLicense } from '../../pipeline/ports/index.ts'
import { printable } from '../change/printable.ts'
import { readLicenses } from './carried/read-licenses.ts'
import { type LicenseName, type LicenseNames, loadLicenseNames } from './headers/license-names.ts'
import { parseWholeName } from './headers/parse-whole-name.ts'
import { idsIn, judgeLicense, type LicensePolicy, type Standing } from './judge-license.ts'

/** What is known of a package's license. `unlicensed`: its owner grants nobody anything. */
export type NamedLicense =
  /** SPDX expressions; how several belong together was not said. */
  | { readonly kind: 'expressions'; readonly expressions: readonly string[] }
  | { readonly kind: 'unlicensed' }
  | { readonly kind: 'unresolved'; readonly why: string }

const longestText = 200_000
const longestName = 300
const mostNames = 20

/** A registry's words as SPDX expressions. Pure but for the lists of names and texts, which are loaded when needed. */
export async function nameLicense(license: RegistryLicense): Promise<NamedLicense> {
  if (license.kind === 'none') return unresolved('its registry says none')
  if (license.kind === 'expression') return fromWord(license.expression)
  if (license.kind === 'text') return fromText(license.text)
  return fromNames(license.names.slice(0, mostNames))
}

/** What a policy says of expressions of which nobody knows whether all of them hold or one may be chosen. */
export function judgeAll(expressions: readonly string[], policy: LicensePolicy): Standing {
  const [strict, lax] = [' AND ', ' OR '].map((word) =>
    judgeLicense(
      expressions.length === 1 ? (expressions[0] ?? '') : expressions.map((one) => `(${one})`).join(word),
      policy,
    ),
  )
  return strict === lax ? (strict ?? 'unresolved') : 'unresolved'
}

/**
 * Words of npm are taken as they are: `UNLICENSED` is no license at all, while `Unlicense` gives everything away.
 */
function fromWord(said: string): NamedLicense {
  const word = said.trim()
  if (word === '') return unresolved('its registry says none')
  if (word === 'UNLICENSED') return { kind: 'unlicensed' }
  if (/^SEE LICEN[CS]E IN /i.test(word)) return unresolved('its license is a file of its own')
  return { kind: 'expressions', expressions: [word] }
}

/** A name that may mean several is passed over where a sure one of the same family stands beside it. */
async function fromNames(names: readonly string[]): Promise<NamedLicense> {
  const known = await loadLicenseNames()
  const parsed = names.map((name) => parseWord(name.trim().slice(0, longestName), known))
  const expressions = [...new Set(parsed.flatMap((one) => (one?.sure === true ? [one.expression] : [])))]
  const families = new Set(expressions.map(familyOf))
  const unclear = parsed.findIndex((one) => one === null || !(one.sure || families.has(familyOf(one.expression))))
  if (unclear === -1)
    return expressions.length === 0 ? unresolved('its registry says none') : { kind: 'expressions', expressions }
  return unresolved(`its registry calls it \`${printable(names[unclear] ?? '', 60)}\`, which may mean several or none`)
}

function parseWord(word: string, known: LicenseNames): LicenseName | null {
  return idsIn(word).length > 0 ? { expression: word, sure: true } : parseWholeName(word, known)
}

function familyOf(expression: string): string {
  return expression.split('-', 1)[0] ?? ''
}

async function fromText(text: string): Promise<NamedLicense> {
  if (text.length > longestText) return unresolved('the file of its license is too long')
  const all = (await readLicenses(text.split(/\r\n|\n|\r/), 'license')).filter(
    ({ how }) => how === 'text' || how === 'header',
  )
  if (all.length === 0 || all.some(({ sure }) => !sure))
    return unresolved('the file of its license is the text of none that is known')
  // A text does not say whether later versions count.
  return { kind: 'expressions', expressions: [...new Set(all.map(({ ids }) => ids.join(' OR ')))] }
}

function unresolved(why: string): NamedLicense {
  return { kind: 'unresolved', why }
}
