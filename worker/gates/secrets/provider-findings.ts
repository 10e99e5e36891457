import type { Finding } from '../../contract/index.ts'
import { isTest } from '../change/classify-path.ts'
import { decodeLeniently } from '../change/decode-text.ts'
import type { ChangedFile } from '../change/view-change.ts'
import { createFinding } from '../create-finding.ts'
import { type DerivedText, decodeRuns, joinLiterals, plainText } from './hidden-text.ts'
import { type ProviderToken, scanProviderTokens } from './scan-provider-tokens.ts'

/**
 * Passwords inside addresses: examples and local databases have them too, so that a person decides. The same goes
 * for private keys among tests, which need some to serve TLS with.
 */
const weakProviders = new Set(['basicauth', 'database-connection-string'])

/** Tokens of known providers on the lines that a change adds, as they stand, in pieces or encoded. */
export async function findProviderTokens(file: ChangedFile): Promise<Finding[]> {
  if (file.after === null) return []
  const news = file.after.text === null ? null : newLines(file)
  if (news?.size === 0) return []
  const plain = plainText(file.after.text ?? decodeLeniently(file.after.content))
  const joined = joinLiterals(plain)
  const views = [plain, ...(joined.text === plain.text ? [] : [joined]), decodeRuns(joined)]
  const findings = new Map<string, Finding>()
  for (const view of views) {
    for (const { token, line } of await scanView(view, file.path, news)) {
      const key = `${token.provider} ${line}`
      if (!findings.has(key)) findings.set(key, tokenFinding(file, token, news === null ? null : line))
    }
  }
  return [...findings.values()]
}

function newLines(file: ChangedFile): Set<number> {
  return new Set(file.added.filter(({ moved }) => !moved).map(({ number }) => number))
}

/** `news` is null for a binary, which is new as a whole. */
async function scanView(view: DerivedText, path: string, news: ReadonlySet<number> | null) {
  if (view.text === '') return []
  const found: { token: ProviderToken; line: number }[] = []
  for (const token of await scanProviderTokens(view.text, path)) {
    const first = view.lineAt(token.start)
    const last = view.lineAt(Math.max(token.start, token.end - 1))
    const line = news === null ? first : firstNew(news, first, last)
    if (line !== null) found.push({ token, line })
  }
  return found
}

function firstNew(news: ReadonlySet<number>, first: number, last: number): number | null {
  for (let line = first; line <= last; line += 1) if (news.has(line)) return line
  return null
}

function tokenFinding(file: ChangedFile, token: ProviderToken, line: number | null): Finding {
  const weak = weakProviders.has(token.provider) || (token.provider === 'privatekey' && isTest(file.path))
  return createFinding({
    gate: 'secrets',
    rule: `provider-${token.provider}`,
    severity: weak ? 'hold' : 'block',
    path: file.path,
    line,
    message: `This looks like a credential: ${describe(token)}. Everyone who can read the branch could use it. Take it out, and revoke it if it is real.`,
  })
}

/** The detector's own name for what it found, in words; never the text that it found. */
export function describe({ provider, kind }: ProviderToken): string {
  const words = kind
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase()
  return words.includes(provider) ? words : `${provider} ${words}`
}
