import { extname } from 'node:path'
import { lintSource } from '@secretlint/core'
import { secretLintProfiler } from '@secretlint/profiler'
import { creator as preset } from '@secretlint/secretlint-rule-preset-recommend'

/** Otherwise it keeps its marks for as long as the process lives. */
secretLintProfiler.setEnabled(false)

/** How many secrets all of secretlint's recommended rules see in a text, as its users have them. */
export async function askSecretlintAlone(content: string, path: string): Promise<number> {
  const { messages } = await lintSource({
    source: { filePath: path, content, ext: extname(path), contentType: 'text' },
    options: { config: { rules: [{ id: 'preset', rule: preset }] }, noPhysicFilePath: true },
  })
  return messages.length
}
