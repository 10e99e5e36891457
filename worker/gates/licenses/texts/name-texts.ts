import { findOccurrences, type Occurrence } from './find-occurrences.ts'
import { gramsOf } from './grams.ts'
import type { KnownText, LicenseIndex } from './license-index.ts'
import type { Words } from './words.ts'

/** A license text that was found. */
export interface NamedText {
  /** All SPDX ids of this very text, the one to call it by first. */
  readonly ids: readonly string[]
  /** Whether nearly every word is the license's; else it is probably this one, or one made from it. */
  readonly sure: boolean
  /** Of all words at that place and of the license, the share that both have in common. */
  readonly similarity: number
  /** Index of the first word and of the one after the last. */
  readonly from: number
  readonly to: number
}

/** Below this nothing is named; from the second on a name is sure. Set by the texts that people publish. */
const leastSimilarity = 0.72
const sureSimilarity = 0.9
/** So many words, such as the name of an owner, leave a short text what it is. */
const fewWords = 12
/** More words in a row that are not the license's own may be a clause. */
const longestInsertion = 25
/** Share of the grams of a text of the list that must be anywhere in a text for a closer look. */
const leastGrams = 0.4
/** Closer looks per text: the best by share of grams. A family of near twins has about thirty. */
const mostCandidates = 160
/** A find may share so much of it with a better one. */
const mostOverlap = 0.15

/** Names every license text among the words of a text, in their order. Pure; linear but for the number of licenses. */
export function nameTexts({ words }: Words, index: LicenseIndex): NamedText[] {
  const grams = gramsOf(index.numbers.lookUp(words))
  const places = placesOf(grams)
  const found = candidatesOf(places, index)
    .flatMap((known) => findOccurrences(known, places))
    .filter((occurrence) => similarityOf(occurrence) >= leastSimilarity)
    .sort((a, b) => weightOf(b) - weightOf(a) || commonness(b.known) - commonness(a.known))
  return withoutIncorporated(withoutOverlap(found, words.length))
    .sort((a, b) => a.from - b.from)
    .map((occurrence) => {
      const similarity = similarityOf(occurrence)
      const { known, from, to } = occurrence
      const isNear = similarity >= sureSimilarity || occurrence.missing + occurrence.extra <= fewWords
      const sure = isNear && occurrence.longestInsertion <= longestInsertion
      return { ids: known.ids, sure, similarity, from, to }
    })
}

function placesOf(grams: Int32Array): Map<number, number[]> {
  const places = new Map<number, number[]>()
  for (const [at, gram] of grams.entries()) {
    const known = places.get(gram)
    if (known === undefined) places.set(gram, [at])
    else known.push(at)
  }
  return places
}

function candidatesOf(places: ReadonlyMap<number, unknown>, { texts, textsByGram }: LicenseIndex): KnownText[] {
  const counts = new Uint32Array(texts.length)
  for (const gram of places.keys()) {
    for (const number of textsByGram.get(gram) ?? []) counts[number] = (counts[number] ?? 0) + 1
  }
  return texts
    .map((known, number) => ({ known, share: (counts[number] ?? 0) / known.indexed.size }))
    .filter(({ share }) => share >= leastGrams)
    .sort((a, b) => b.share - a.share)
    .slice(0, mostCandidates)
    .map(({ known }) => known)
}

function similarityOf({ matched, missing, extra }: Occurrence): number {
  return matched / (matched + missing + extra)
}

/** What a license explains of a text, less what it does not: a clause more or less tells twins apart. */
function weightOf({ matched, missing, extra }: Occurrence): number {
  return matched - missing - extra
}

/** Between twins that fit equally, the one that people use. */
function commonness({ ids }: KnownText): number {
  return /^(?:MIT|ISC|BSD-[23]-Clause|Apache-2\.0|0BSD)$/.test(ids[0] ?? '') ? 1 : 0
}

/** LGPL 3 is a supplement to the GPL 3, whose text comes along with it. */
function withoutIncorporated(occurrences: readonly Occurrence[]): Occurrence[] {
  const isOf = (family: string) => (occurrence: Occurrence) => occurrence.known.ids[0]?.startsWith(family)
  return occurrences.some(isOf('LGPL-3.0')) ? occurrences.filter((one) => !isOf('GPL-3.0')(one)) : [...occurrences]
}

/** The best first; what shares more than a little with a better one is the same text under another name. */
function withoutOverlap(occurrences: readonly Occurrence[], count: number): Occurrence[] {
  const taken = new Uint8Array(count)
  return occurrences.filter(({ from, to }) => {
    const shared = taken.subarray(from, to).reduce((sum, word) => sum + word, 0)
    if (shared > mostOverlap * (to - from)) return false
    taken.fill(1, from, to)
    return true
  })
}
