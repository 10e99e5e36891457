import { basename } from 'node:path'
import { evaluateGates, verdictOf } from '../../worker/gates/evaluate-gates.ts'
import { secretsGate } from '../../worker/gates/secrets/secrets-gate.ts'
import type { Figure } from '../figure.ts'
import { summariseNumbers } from '../measure.ts'
import { type LabelledLine, readRows } from './corpus-rows.ts'
import { licenseFigures } from './license-figures.ts'
import { askSecretlintAlone } from './secretlint-alone.ts'
import { addedFile, inputOf } from './source-change.ts'

/**
 * What share of a corpus' secrets, and of its harmless lines, the secrets gate holds or blocks, beside secretlint; and of
 * its license files, what share is named.
 */
export async function corpusFigures(file: string): Promise<Figure[]> {
  const { lines: rows, licenses } = readRows(file)
  const figures = await licenseFigures(file, licenses)
  const [positive, negative] = [rows.filter(({ kind }) => kind === 'pos'), rows.filter(({ kind }) => kind === 'neg')]
  const found = new Set(positive.map(({ text }) => text))
  const once = negative.filter(({ text }) => !found.has(text))
  for (const [what, some] of [
    [`found of ${positive.length}`, positive],
    [`alerts of ${negative.length}`, negative],
    // What a rule of theirs is told to let pass stands in a corpus on both sides.
    ...(once.length < negative.length ? [[`alerts of ${once.length} that are no positive too`, once] as const] : []),
  ] as const) {
    if (some.length === 0) continue
    figures.push({
      ...{ what: `${basename(file)}, ${what}`, unit: '%', ours: await share(some, isHeld) },
      ...{ other: { name: 'secretlint', summary: await share(some, secretlintAlerts) }, aim: null },
    })
  }
  return figures
}

async function isHeld({ text, path }: LabelledLine): Promise<boolean> {
  const results = await evaluateGates([secretsGate], inputOf([addedFile(path ?? 'file', text)]))
  return verdictOf(results) !== 'publish'
}

async function secretlintAlerts({ text, path }: LabelledLine): Promise<boolean> {
  return (await askSecretlintAlone(text, path ?? 'file')) > 0
}

async function share(rows: readonly LabelledLine[], holds: (row: LabelledLine) => Promise<boolean>) {
  let held = 0
  for (const row of rows) if (await holds(row)) held += 1
  return summariseNumbers([(100 * held) / rows.length])
}
