import { runsAlong, whyDummyToken } from './detect/dummy-value.ts'
import { isWords } from './detect/judge-value.ts'
import type { SecretMatch } from './detect/secret-match.ts'
import { type ProviderToken, scanProviderTokens } from './scan-provider-tokens.ts'

/** Ours tell apart examples, local databases and cut-off tokens from what is meant; secretlint's for the same do not. */
const oursKnowsBetter = new Set(['basicauth', 'database-connection-string', 'privatekey', 'slack'])
/** As little chance as a token of a form that is not known here may show, in bits per character. */
const minEntropy = 3
const shortest = 20

/** What secretlint's rules see in a text besides: formats that no table here has. */
export async function askSecretlint(text: string, path: string): Promise<SecretMatch[]> {
  const tokens = await scanProviderTokens(text, path)
  return tokens
    .filter(({ provider }) => !oursKnowsBetter.has(provider))
    .filter(({ start, end }) => isLikely(text.slice(start, end)))
    .map((token) => ({
      ...{ rule: `provider-${token.provider}`, what: describe(token), certainty: 'certain' },
      ...{ start: token.start, end: token.end },
    }))
}

function isLikely(token: string): boolean {
  return token.length >= shortest && !isWords(token) && !runsAlong(token) && whyDummyToken(token, minEntropy) === null
}

/** The detector's own name for what it found, in words; never the text that it found. */
export function describe({ provider, kind }: ProviderToken): string {
  const words = kind
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase()
  return words.includes(provider) ? words : `${provider} ${words}`
}
