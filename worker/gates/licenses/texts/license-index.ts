import { gramsOf, WordNumbers } from './grams.ts'
import { wordsOf } from './words.ts'

/** One text of the SPDX list. */
export interface KnownText {
  /** All ids that share this text, the one to call it by first. */
  readonly ids: readonly string[]
  readonly words: Int32Array
  readonly grams: Int32Array
  /** Those of its grams that the index has: all of a short text, a part of a long one. */
  readonly indexed: ReadonlySet<number>
  /** Words before the appendix that says how to apply the license: a copy may leave that out. */
  readonly bodyEnd: number
}

export interface LicenseIndex {
  readonly texts: readonly KnownText[]
  readonly numbers: WordNumbers
  /** For each indexed gram, the texts that have it. */
  readonly textsByGram: ReadonlyMap<number, readonly number[]>
}

interface ListedLicense {
  readonly licenseText: string
}

/** A shorter text is found in too much that is none. */
const fewestWords = 20
const longText = 500
/** Deprecated twins, and texts that are a note on, or a part of, another license's. */
const passedOver = /^(?:any-OSI|(?:A|L)?GPL-.*\+$|GPL-.*-with-|Nunit$|eCos-2\.0$|wxWindows$|StandardML-NJ$)/

const appendix = /^\W*(?:appendix:? )?how to apply (?:these terms|the apache license|this license)/i
const appendedLicense = /^\s*gnu general public license\s*$/i

let loading: Promise<LicenseIndex> | undefined

/** The texts of the SPDX license list, indexed once per process, when the first license-like text is met. */
export function loadLicenseIndex(): Promise<LicenseIndex> {
  loading ??= import('spdx-license-list/full.js').then(({ default: list }) => createLicenseIndex(list))
  return loading
}

/** Pure. */
export function createLicenseIndex(list: Readonly<Record<string, ListedLicense>>): LicenseIndex {
  const numbers = new WordNumbers()
  const byText = new Map<string, string[]>()
  for (const [id, { licenseText }] of Object.entries(list)) {
    if (passedOver.test(id)) continue
    const known = byText.get(licenseText)
    if (known === undefined) byText.set(licenseText, [id])
    else known.push(id)
  }
  const texts = [...byText]
    .map(([text, ids]) => toKnownText(ownLines(ids[0] ?? '', text), ids, numbers))
    .filter(({ words }) => words.length >= fewestWords)
  return { texts, numbers, textsByGram: indexGrams(texts) }
}

/** The list appends the whole GPL to LGPL-3.0, and names titles: neither tells a license from another. */
function ownLines(id: string, text: string): string[] {
  const lines = text.split('\n').map((line) => line.trim())
  const end = id.startsWith('LGPL-3.0') ? lines.findIndex((line, at) => at > 10 && appendedLicense.test(line)) : -1
  const own = end === -1 ? lines : lines.slice(0, end)
  const [title = ''] = own
  return own.length > 2 && title.length < 60 && /licen[sc]e/i.test(title) ? own.slice(1) : own
}

function toKnownText(lines: readonly string[], ids: readonly string[], numbers: WordNumbers): KnownText {
  const found = wordsOf(lines)
  const words = numbers.learn(found.words)
  const grams = gramsOf(words)
  const at = lines.findIndex((line) => appendix.test(line))
  const bodyEnd = at === -1 ? words.length : found.lines.findIndex((line) => line >= at)
  return { ids: ids.toSorted(byPreference), words, grams, indexed: indexedOf(grams), bodyEnd }
}

/** An eighth, chosen by value, tells about a long text as much, and costs an eighth of the time. */
function indexedOf(grams: Int32Array): Set<number> {
  return new Set(grams.length > longText ? grams.filter((gram) => (gram & 7) === 0) : grams)
}

/** A text alone does not say whether later versions count: `-only` claims least. Deprecated ids come last. */
function byPreference(a: string, b: string): number {
  return rank(a) - rank(b) || a.length - b.length || (a < b ? -1 : 1)
}

function rank(id: string): number {
  if (/-(?:no-)?(?:invariants|RFN|copyleft-exception)|Combined-Work/.test(id)) return 3
  if (id.endsWith('-only')) return 0
  if (id.endsWith('-or-later')) return 1
  return /^(?:A|L)?GPL-[\d.]+\+?$|^GFDL-[\d.]+$/.test(id) ? 4 : 2
}

function indexGrams(texts: readonly KnownText[]): Map<number, number[]> {
  const index = new Map<number, number[]>()
  for (const [number, { indexed }] of texts.entries()) {
    for (const gram of indexed) {
      const known = index.get(gram)
      if (known === undefined) index.set(gram, [number])
      else known.push(number)
    }
  }
  return index
}
