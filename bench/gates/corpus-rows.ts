import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { z } from 'zod'

const labelledLine = z.object({ kind: z.enum(['pos', 'neg']), text: z.string(), path: z.string().nullish() })
const licenseText = z.object({ license: z.string(), text: z.string() })
const rowSchema = z.union([labelledLine, licenseText])

export type LabelledLine = z.infer<typeof labelledLine>
export type LicenseText = z.infer<typeof licenseText>

/** A corpus as JSON lines, plain or gzipped: lines that hold a secret or none, or license files with their SPDX id. */
export function readRows(file: string): { lines: LabelledLine[]; licenses: LicenseText[] } {
  const bytes = readFileSync(file)
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
  const rows = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => rowSchema.parse(JSON.parse(line)))
  return {
    lines: rows.filter((row): row is LabelledLine => 'kind' in row),
    licenses: rows.filter((row): row is LicenseText => !('kind' in row)),
  }
}
