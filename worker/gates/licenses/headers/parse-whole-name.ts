import { comparable } from './header-words.ts'
import { keyOf, type LicenseName, type LicenseNames } from './license-names.ts'
import { parseName } from './parse-name.ts'

/** What may stand behind a license's name and say no more of it: `GNU GPL v3 or later (GPLv3+)`. */
const saysNoMore = /^(?:or|later|newer|only|[al]?gpl|\+|licenses?)$/

/** `(MPL 2.0)` behind the name that it shortens. */
const shortForm = /\s\((?!exception)[A-Za-z]{2,10}[ v.\d+-]{0,8}\)$/i

/** The license that a whole text is the name of; null where it says anything besides. Pure. */
export function parseWholeName(text: string, names: LicenseNames): LicenseName | null {
  return parseAll(text, names) ?? parseAll(text.trim().replace(shortForm, ''), names)
}

function parseAll(text: string, names: LicenseNames): LicenseName | null {
  const listed = names.get(keyOf(text))
  if (listed !== undefined) return listed
  const words = comparable(text).map((word, index) => ({ word, index: 0, first: index === 0 }))
  const parsed = parseName(words, 0, names)
  if (parsed === null) return null
  const rest = words.slice(parsed.end).filter(({ word }) => !saysNoMore.test(word))
  return rest.every(({ word }) => /^\d/.test(word) && parsed.expression.includes(word)) ? parsed : null
}
