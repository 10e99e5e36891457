import { isTypedByHand, whyDummyToken } from './dummy-value.ts'
import type { Detector, SecretMatch } from './secret-match.ts'
import { matchFormat, type TokenFormat } from './token-format.ts'
import { tokenFormats } from './token-formats.ts'

/** Tokens that their own form gives away. */
export const tokenDetector: Detector = createTokenDetector(tokenFormats)

export function createTokenDetector(formats: readonly TokenFormat[]): Detector {
  const byPrefix = new Map<string, { prefix: string; format: TokenFormat }[]>()
  for (const format of formats) {
    for (const prefix of format.prefixes) {
      const key = prefix.toLowerCase()
      byPrefix.set(key, [...(byPrefix.get(key) ?? []), { prefix, format }])
    }
  }
  return {
    keywords: [...byPrefix.keys()],
    find(text, at, keyword) {
      // One provider's forms may begin alike: the longest that fits is the whole token.
      const matches = (byPrefix.get(keyword) ?? []).flatMap(
        ({ prefix, format }) => tokenAt(text, at, prefix, format) ?? [],
      )
      return matches.toSorted((one, other) => other.end - one.end)[0] ?? null
    },
  }
}

function tokenAt(text: string, at: number, prefix: string, format: TokenFormat): SecretMatch | null {
  const match = matchFormat(format, prefix, text, at)
  if (match === null) return null
  const token = text.slice(match.start, match.end)
  if (format.check?.(token) === false) return null
  const body = token.slice(prefix.length)
  if (whyDummyToken(body, format.minEntropy) !== null) return null
  // Typed by hand, it is likely made up; a real one has no such runs, but only a person can tell.
  const madeUp = isTypedByHand(body)
  return {
    rule: `provider-${format.rule}`,
    what: format.what,
    certainty: madeUp ? 'likely' : 'certain',
    start: match.start,
    end: match.end,
  }
}
