import { lintSource } from '@secretlint/core'
import { secretLintProfiler } from '@secretlint/profiler'
import { rules } from '@secretlint/secretlint-rule-preset-recommend'
import { leftToOurs, longestToken } from './detect/secretlint-words.ts'

/** Otherwise it keeps its marks for as long as the process lives. */
secretLintProfiler.setEnabled(false)

/**
 * The preset's detectors but for those that ours know more than, and for the rule that lets comments in the tree silence
 * the others.
 */
const config = {
  rules: rules
    .filter((rule) => !leftToOurs.has(shortName(rule.meta.id)) && shortName(rule.meta.id) !== 'filter-comments')
    .map((rule) => ({ id: rule.meta.id, rule })),
}

export interface ProviderToken {
  /** Short name of the detector, such as `github`. */
  readonly provider: string
  readonly kind: string
  readonly start: number
  readonly end: number
}

/**
 * Characters scanned at once. Windows overlap by the longest token. Between them the event loop gets its turn: against a
 * hostile text one window takes up to a second, and a worker that does not answer loses its job.
 */
const windowLength = 512 * 1024

/**
 * Runs secretlint's detectors over a text. The path serves only to tell a few file kinds apart and is replaced by a
 * fixed name: a rule must not open the file it is told of.
 */
export async function scanProviderTokens(text: string, path: string): Promise<ProviderToken[]> {
  const tokens = new Map<string, ProviderToken>()
  for (let from = 0; from === 0 || from + longestToken < text.length; from += windowLength - longestToken) {
    if (from > 0) await new Promise<void>((resolve) => setImmediate(resolve))
    for (const token of await scanWindow(text.slice(from, from + windowLength), path)) {
      const found = { ...token, start: token.start + from, end: token.end + from }
      tokens.set(`${found.kind} ${found.start}`, found)
    }
  }
  return [...tokens.values()]
}

async function scanWindow(content: string, path: string): Promise<ProviderToken[]> {
  const result = await lintSource({
    source: { filePath: kindOfFile(path), content, ext: path.endsWith('.json') ? '.json' : '', contentType: 'text' },
    options: { config, noPhysicFilePath: true },
  })
  return result.messages.map(({ ruleId, messageId, range }) => ({
    provider: shortName(ruleId),
    kind: messageId,
    start: range[0],
    end: range[1],
  }))
}

/** `github` for `@secretlint/secretlint-rule-github`. */
function shortName(ruleId: string): string {
  return ruleId.slice(ruleId.lastIndexOf('rule-') + 'rule-'.length)
}

function kindOfFile(path: string): string {
  return ['.npmrc', 'package-lock.json', 'package.json'].find((name) => path.endsWith(name)) ?? 'file'
}
