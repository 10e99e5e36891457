import { gramLength } from './grams.ts'
import type { KnownText } from './license-index.ts'
import { longestChain, type Pairs, pairsOf } from './pairs.ts'

/** Where a known text, or something close to it, stands among the words of a text. */
export interface Occurrence {
  readonly known: KnownText
  /** Index of the first word and of the one after the last. */
  readonly from: number
  readonly to: number
  /** Words of the known text that are there in its order. */
  readonly matched: number
  /** Words of its body that are not, and words in between that are not its own. */
  readonly missing: number
  readonly extra: number
  /** Words of others in a row at most: a clause that somebody put in shows here. */
  readonly longestInsertion: number
}

/** Share of a known text's grams that must lie about one place to look closer there. */
const leastShare = 0.4

/** Every place where enough of `known` stands together. `places` says where each gram of the text is. */
export function findOccurrences(known: KnownText, places: ReadonlyMap<number, readonly number[]>): Occurrence[] {
  const pairs = pairsOf(known.grams, places)
  const slack = Math.ceil(known.words.length / 4) + 40
  return startsOf(known, pairs).flatMap((start) => {
    const near = pairs.between(start - slack, start + known.words.length + slack).near(start, slack)
    return alignmentOf(known, longestChain(near)) ?? []
  })
}

/** Beginnings on which enough pairs agree, give or take a part of the known text's length. */
function startsOf({ words, grams }: KnownText, pairs: Pairs): number[] {
  const width = Math.ceil(words.length / 4) + 20
  const votes = new Map<number, number>()
  for (let index = 0; index < pairs.count; index += 1) {
    const bucket = Math.floor((pairs.at(index) - pairs.place(index)) / width)
    votes.set(bucket, (votes.get(bucket) ?? 0) + 1)
  }
  const weight = (bucket: number) => (votes.get(bucket) ?? 0) + (votes.get(bucket + 1) ?? 0)
  return [...new Set([...votes.keys()].flatMap((bucket) => [bucket - 1, bucket]))]
    .filter((bucket) => {
      const own = weight(bucket)
      return own >= leastShare * grams.length && own >= weight(bucket - 1) && own > weight(bucket + 1)
    })
    .map((bucket) => (bucket + 1) * width)
}

function alignmentOf(known: KnownText, chain: Pairs): Occurrence | null {
  if (chain.count === 0) return null
  const from = chain.at(0)
  let [matched, matchedInBody, covered, longestInsertion, placeEnd, atEnd] = [0, 0, 0, 0, 0, from]
  for (let index = 0; index < chain.count; index += 1) {
    const [at, place] = [chain.at(index), chain.place(index)]
    const start = Math.max(place, placeEnd)
    matched += place + gramLength - start
    matchedInBody += Math.max(0, Math.min(place + gramLength, known.bodyEnd) - start)
    longestInsertion = Math.max(longestInsertion, at - atEnd)
    covered += at + gramLength - Math.max(at, atEnd)
    atEnd = at + gramLength
    placeEnd = place + gramLength
  }
  const missing = known.bodyEnd - matchedInBody
  return { known, from, to: atEnd, matched, missing, extra: atEnd - from - covered, longestInsertion }
}
