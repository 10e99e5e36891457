import { lintSource } from '@secretlint/core'
import { secretLintProfiler } from '@secretlint/profiler'
import { rules } from '@secretlint/secretlint-rule-preset-recommend'

/** Otherwise it keeps its marks for as long as the process lives. */
secretLintProfiler.setEnabled(false)

/** All of the preset's detectors, without the rule that lets comments in the tree silence the others. */
const config = {
  rules: rules
    .filter((rule) => rule.meta.id !== '@secretlint/secretlint-rule-filter-comments')
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
 * Characters scanned at once, and how far two windows overlap. The detectors' longest token is 12,000 characters.
 * Between windows the event loop gets its turn: against a hostile text one window takes up to a second, and a worker
 * that does not answer loses its job.
 */
const windowLength = 512 * 1024
const overlap = 16 * 1024

/**
 * Runs secretlint's detectors over a text. The path serves only to tell a few file kinds apart and is replaced by a
 * fixed name: one of the rules opens the file it is told of when it ends in `.p12`.
 */
export async function scanProviderTokens(text: string, path: string): Promise<ProviderToken[]> {
  const tokens = new Map<string, ProviderToken>()
  for (let from = 0; from === 0 || from + overlap < text.length; from += windowLength - overlap) {
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
    provider: ruleId.slice(ruleId.lastIndexOf('rule-') + 'rule-'.length),
    kind: messageId,
    start: range[0],
    end: range[1],
  }))
}

function kindOfFile(path: string): string {
  return ['.npmrc', 'package-lock.json', 'package.json'].find((name) => path.endsWith(name)) ?? 'file'
}
