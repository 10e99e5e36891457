import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { z } from 'zod'
import { evaluateGates, verdictOf } from '../../worker/gates/evaluate-gates.ts'
import { scanProviderTokens } from '../../worker/gates/secrets/scan-provider-tokens.ts'
import { secretsGate } from '../../worker/gates/secrets/secrets-gate.ts'
import type { Figure } from '../figure.ts'
import { summariseNumbers } from '../measure.ts'
import { addedFile, inputOf } from './source-change.ts'

const rowSchema = z.object({ kind: z.enum(['pos', 'neg']), text: z.string(), path: z.string().nullish() })
type Row = z.infer<typeof rowSchema>

/** What share of a corpus' secrets, and of its harmless lines, the secrets gate holds or blocks; beside secretlint. */
export async function corpusFigures(file: string): Promise<Figure[]> {
  const rows = readRows(file)
  const figures: Figure[] = []
  for (const [kind, word] of [
    ['pos', 'found'],
    ['neg', 'alerts'],
  ] as const) {
    const some = rows.filter((row) => row.kind === kind)
    if (some.length === 0) continue
    figures.push({
      ...{ what: `${basename(file)}, ${word} of ${some.length}`, unit: '%', ours: await share(some, isHeld) },
      ...{ other: { name: 'secretlint', summary: await share(some, secretlintAlerts) }, aim: null },
    })
  }
  return figures
}

function readRows(file: string): Row[] {
  const bytes = readFileSync(file)
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return lines.map((line) => rowSchema.parse(JSON.parse(line)))
}

async function isHeld({ text, path }: Row): Promise<boolean> {
  const results = await evaluateGates([secretsGate], inputOf([addedFile(path ?? 'file', text)]))
  return verdictOf(results) !== 'publish'
}

async function secretlintAlerts({ text, path }: Row): Promise<boolean> {
  return (await scanProviderTokens(text, path ?? 'file')).length > 0
}

async function share(rows: readonly Row[], holds: (row: Row) => Promise<boolean>) {
  let held = 0
  for (const row of rows) if (await holds(row)) held += 1
  return summariseNumbers([(100 * held) / rows.length])
}
