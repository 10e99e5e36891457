import { basename } from 'node:path'
import { readLicenses } from '../../worker/gates/licenses/carried/read-licenses.ts'
import { comparableIds, isAmong } from '../../worker/gates/licenses/carried/same-license.ts'
import type { Figure } from '../figure.ts'
import { summariseNumbers } from '../measure.ts'
import type { LicenseText } from './corpus-rows.ts'

/**
 * What share of license files is named as their package declares them: the very same licenses and no more, or a choice
 * that the file offers and the package has made.
 */
export async function licenseFigures(file: string, rows: readonly LicenseText[]): Promise<Figure[]> {
  if (rows.length === 0) return []
  let right = 0
  for (const row of rows) if (await isNamedRight(row)) right += 1
  return [
    {
      ...{ what: `${basename(file)}, named of ${rows.length}`, unit: '%', other: null },
      ...{ ours: summariseNumbers([(100 * right) / rows.length]), aim: { of: 'median', is: 'at least', bound: 98 } },
    },
  ]
}

async function isNamedRight({ license, text }: LicenseText): Promise<boolean> {
  const found = await readLicenses(text.split(/\r?\n/), 'license')
  const [first, ...more] = found.map(({ expression }) => expression)
  const isChoice = more.length === 0 && first?.includes(' OR ') === true
  if (isChoice && isAmong(license, new Set(comparableIds(first)))) return true
  return keyOf(found.map(({ expression }) => expression)) === keyOf([license])
}

function keyOf(expressions: readonly string[]): string {
  return [...new Set(expressions.flatMap(comparableIds))].sort().join(' ')
}
