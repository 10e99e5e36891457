import { type Finding, worstFirst } from '../../worker/contract/index.ts'
import { formatTable } from './format.ts'
import { harmlessLine, harmlessTitle } from './harmless.ts'

const maxRows = 30
/** Of all rows together: paths that become long when they are escaped must not push the whole table out of a text. */
const maxText = 20_000
const maxPath = 200
const maxMessage = 600

/** The worst findings as a table; empty where there are none. A message says what, when it would run, how to mend it. */
export function findingsTable(findings: readonly Finding[]): string {
  if (findings.length === 0) return ''
  const rows: string[][] = []
  let length = 0
  for (const finding of worstFirst(findings).slice(0, maxRows)) {
    const row = rowOf(finding)
    length += row.join('').length
    if (length > maxText) break
    rows.push(row)
  }
  const table = formatTable(['', 'gate', 'rule', 'where', 'what, when, and how to mend it'], rows)
  const left = findings.length - rows.length
  return left === 0 ? table : `${table}\n\n… and ${left} more.`
}

function rowOf({ severity, gate, rule, path, line, message }: Finding): string[] {
  const where = path === null ? '' : `${harmlessLine(path, maxPath)}${line === null ? '' : `:${line}`}`
  return [`**${severity}**`, gate, harmlessLine(rule, 100), where, harmlessLine(message, maxMessage)]
}

/** What a finding says, as one line for places without Markdown. */
export function findingText({ message }: Pick<Finding, 'message'>): string {
  return harmlessTitle(message, 2000)
}
