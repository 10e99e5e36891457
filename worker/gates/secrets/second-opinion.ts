import { isTypedByHand, whyDummyToken } from './detect/dummy-value.ts'
import { isWords } from './detect/judge-value.ts'
import type { SecretMatch } from './detect/secret-match.ts'
import { longestToken } from './detect/secretlint-words.ts'
import type { ProviderToken } from './scan-provider-tokens.ts'

/** As little chance as a token of a form that is not known here may show, in bits per character. */
const minEntropy = 3
const shortest = 20
/** Characters before a word of theirs that a rule may need to see. */
const before = 300

/**
 * What secretlint's rules see around the `suspects` of a text besides: formats that no table here has. They are loaded
 * when a text has the first: most changes have none.
 */
export async function askSecretlint(text: string, suspects: readonly number[], path: string): Promise<SecretMatch[]> {
  const found: SecretMatch[] = []
  for (const { from, to } of windowsAround(suspects)) {
    const { scanProviderTokens } = await import('./scan-provider-tokens.ts')
    const window = text.slice(from, to)
    const tokens = await scanProviderTokens(window, path)
    const likely = tokens.filter(({ start, end }) => isLikely(window.slice(start, end)))
    found.push(...likely.map((token) => matchOf(token, from)))
  }
  return found
}

/** Stretches of the text that hold all that can begin at a place; those that touch are one. */
function windowsAround(places: readonly number[]): { from: number; to: number }[] {
  const windows: { from: number; to: number }[] = []
  for (const place of places) {
    const [from, to] = [Math.max(0, place - before), place + longestToken]
    const last = windows.at(-1)
    if (last !== undefined && from <= last.to) last.to = to
    else windows.push({ from, to })
  }
  return windows
}

function matchOf(token: ProviderToken, from: number): SecretMatch {
  return {
    ...{ rule: `provider-${token.provider}`, what: describe(token), certainty: 'certain' },
    ...{ start: from + token.start, end: from + token.end },
  }
}

function isLikely(token: string): boolean {
  return (
    token.length >= shortest && !isWords(token) && !isTypedByHand(token) && whyDummyToken(token, minEntropy) === null
  )
}

/** The detector's own name for what it found, in words; never the text that it found. */
export function describe({ provider, kind }: ProviderToken): string {
  const words = kind
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase()
  return words.includes(provider) ? words : `${provider} ${words}`
}
