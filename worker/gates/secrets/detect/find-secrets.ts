/**
 * Finds what looks like a secret in one text: tokens by their providers' forms, values by their names, keys, addresses
 * and manifests by their shapes. Pure, and linear in the text: one pass finds the words that matter, and what looks
 * closer sees a bounded stretch around each.
 */
import { bundlerDetector } from './find-bundler-credentials.ts'
import { curlDetector } from './find-curl-credentials.ts'
import { basicAuthDetector, givenPasswordDetector } from './find-given-passwords.ts'
import { kubernetesDetector } from './find-kubernetes-secrets.ts'
import { markedTokenDetector } from './find-marked-tokens.ts'
import { namedValueDetector } from './find-named-values.ts'
import { privateKeyDetector } from './find-private-keys.ts'
import { entraDetector, jwtDetector } from './find-shaped-tokens.ts'
import { tokenDetector } from './find-tokens.ts'
import { urlCredentialDetector } from './find-url-credentials.ts'
import { walletKeyDetector } from './find-wallet-keys.ts'
import { createKeywordSearch } from './keyword-search.ts'
import type { Detector, SecretMatch } from './secret-match.ts'

/** The surest first: of two that see the same characters the earlier one is believed. */
const detectors: readonly Detector[] = [
  ...[tokenDetector, entraDetector, markedTokenDetector, privateKeyDetector, jwtDetector],
  ...[urlCredentialDetector, kubernetesDetector, curlDetector, bundlerDetector, namedValueDetector, walletKeyDetector],
  ...[givenPasswordDetector, basicAuthDetector],
]

const byKeyword = new Map<string, Detector[]>()
for (const detector of detectors) {
  for (const keyword of detector.keywords) byKeyword.set(keyword, [...(byKeyword.get(keyword) ?? []), detector])
}
const search = createKeywordSearch([...byKeyword.keys()])

/** Every match, in the order of the text; none inside another. */
export function findSecrets(text: string): SecretMatch[] {
  const found: SecretMatch[] = []
  const seen = new Set<string>()
  const seenTo = new Map<Detector, number>()
  for (const { start, keyword } of search(text)) {
    for (const detector of byKeyword.get(keyword) ?? []) {
      if (start < (seenTo.get(detector) ?? 0)) continue
      if (detector.seenTo !== undefined) seenTo.set(detector, detector.seenTo(text, start))
      const match = detector.find(text, start, keyword)
      if (match === null || seen.has(`${match.rule} ${match.start}`)) continue
      seen.add(`${match.rule} ${match.start}`)
      found.push(match)
    }
  }
  return withoutNested(found)
}

function withoutNested(matches: readonly SecretMatch[]): SecretMatch[] {
  const rank = (match: SecretMatch) => (match.certainty === 'certain' ? 0 : 1)
  const sorted = matches.toSorted((a, b) => rank(a) - rank(b) || a.start - b.start)
  const kept: SecretMatch[] = []
  for (const match of sorted)
    if (!kept.some(({ start, end }) => start < match.end && match.start < end)) kept.push(match)
  return kept.toSorted((a, b) => a.start - b.start)
}
