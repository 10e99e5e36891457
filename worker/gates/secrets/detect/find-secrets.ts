/**
 * Finds what looks like a secret in one text: tokens by their providers' forms, values by their names, keys, addresses
 * and manifests by their shapes. Pure, and linear in the text: one pass finds the words that matter, and what looks
 * closer sees a bounded stretch around each.
 */
import { createKeywordSearch } from '../../change/keyword-search.ts'
import { bundlerDetector } from './find-bundler-credentials.ts'
import { curlDetector } from './find-curl-credentials.ts'
import { basicAuthDetector, givenPasswordDetector } from './find-given-passwords.ts'
import { kubernetesDetector } from './find-kubernetes-secrets.ts'
import { markedTokenDetector } from './find-marked-tokens.ts'
import { namedValueDetector } from './find-named-values.ts'
import { privateKeyDetector } from './find-private-keys.ts'
import { entraDetector, jwtDetector, sasDetector } from './find-shaped-tokens.ts'
import { spokenValueDetector } from './find-spoken-values.ts'
import { tokenDetector } from './find-tokens.ts'
import { urlCredentialDetector } from './find-url-credentials.ts'
import { walletKeyDetector } from './find-wallet-keys.ts'
import { overlaps } from './overlaps.ts'
import type { Detector, SecretMatch } from './secret-match.ts'
import { secretlintWords } from './secretlint-words.ts'

/** The surest first: of two that see the same characters the earlier one is believed. */
const detectors: readonly Detector[] = [
  ...[tokenDetector, entraDetector, markedTokenDetector, privateKeyDetector, jwtDetector, sasDetector],
  ...[urlCredentialDetector, kubernetesDetector, curlDetector, bundlerDetector, namedValueDetector, walletKeyDetector],
  ...[givenPasswordDetector, basicAuthDetector, spokenValueDetector],
]

/** Who asks about a word: our detectors, and secretlint where it is written just so. */
interface Askers {
  readonly detectors: readonly Detector[]
  readonly spellings: ReadonlySet<string>
}

const search = createKeywordSearch(askersByKeyword())

/** What a pass over a text finds. */
export interface SearchedText {
  /** In the order of the text; none inside another. */
  readonly matches: readonly SecretMatch[]
  /** Where a word begins that secretlint's rules look for, ascending. */
  readonly suspects: readonly number[]
}

export function findSecrets(text: string): readonly SecretMatch[] {
  return searchText(text).matches
}

export function searchText(text: string): SearchedText {
  const found: SecretMatch[] = []
  const suspects: number[] = []
  const seen = new Set<string>()
  const seenTo = new Map<Detector, number>()
  search(text, (start, keyword, { detectors: asking, spellings }) => {
    if (spellings.size > 0 && spellings.has(text.slice(start, start + keyword.length))) suspects.push(start)
    for (const detector of asking) {
      if (start < (seenTo.get(detector) ?? 0)) continue
      if (detector.seenTo !== undefined) seenTo.set(detector, detector.seenTo(text, start))
      const match = detector.find(text, start, keyword)
      if (match === null || seen.has(`${match.rule} ${match.start}`)) continue
      seen.add(`${match.rule} ${match.start}`)
      found.push(match)
    }
  })
  return { matches: withoutNested(found), suspects: suspects.toSorted((a, b) => a - b) }
}

function askersByKeyword(): Map<string, Askers> {
  const ours = detectors.flatMap((detector) => detector.keywords.map((keyword) => ({ keyword, detector })))
  const theirs = [...secretlintWords.values()].flat()
  const byKeyword = Map.groupBy(ours, ({ keyword }) => keyword)
  const spelled = Map.groupBy(theirs, (spelling) => spelling.toLowerCase())
  return new Map(
    [...byKeyword.keys(), ...spelled.keys()].map((keyword) => [
      keyword,
      {
        detectors: (byKeyword.get(keyword) ?? []).map(({ detector }) => detector),
        spellings: new Set(spelled.get(keyword)),
      },
    ]),
  )
}

/** Of those that overlap the certain one stays, else the first. A change may be nothing but matches. */
function withoutNested(matches: readonly SecretMatch[]): SecretMatch[] {
  const sorted = matches.toSorted((a, b) => a.start - b.start)
  const { certain = [], likely = [] } = Object.groupBy(sorted, ({ certainty }) => certainty)
  const first = apartFrom([], certain)
  return [...first, ...apartFrom(first, likely)].toSorted((a, b) => a.start - b.start)
}

/** Those that overlap neither each other nor what is taken, both in the order of their starts. */
function apartFrom(taken: readonly SecretMatch[], sorted: readonly SecretMatch[]): SecretMatch[] {
  const kept: SecretMatch[] = []
  for (const match of sorted) {
    if (match.start >= (kept.at(-1)?.end ?? 0) && !overlaps(taken, match)) kept.push(match)
  }
  return kept
}
