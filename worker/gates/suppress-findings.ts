import type { Suppression } from '../contract/index.ts'
import { printable } from './change/printable.ts'
import type { Fingerprinted } from './fingerprint.ts'

/** Nothing excuses the job's own secrets, a gate that failed, or what was not read. */
const alwaysCounts = /^(?:job-secret|gate-error|secret-too-short|unread-.*|unsearched-.*)$/
const longestMessage = 2000

/**
 * Findings that the policy suppresses become notes that give its reason. One whose day is over counts in full, and
 * says so. `today` is a day in UTC; without one nothing is suppressed. Pure.
 */
export function suppressFindings(
  findings: readonly Fingerprinted[],
  suppressions: readonly Suppression[],
  today: string | null,
): Fingerprinted[] {
  if (suppressions.length === 0 || today === null) return [...findings]
  return findings.map((finding) => {
    const meant = suppressions.filter(({ fingerprint }) => fingerprint === finding.fingerprint)
    // The longest of several; ISO days sort as text.
    const [last] = meant.toSorted((a, b) => (a.until < b.until ? 1 : -1))
    if (last === undefined) return finding
    if (alwaysCounts.test(finding.rule)) return withWord(finding, 'A finding of this rule cannot be suppressed.')
    if (last.until < today) return withWord(finding, `Its suppression ended on ${last.until}.`)
    const word = `Suppressed until ${last.until}: ${printable(last.reason, 500)}`
    return { ...withWord(finding, word), severity: 'note' }
  })
}

function withWord(finding: Fingerprinted, word: string): Fingerprinted {
  return { ...finding, message: `${word.replace(/\.?$/, '.')} ${finding.message}`.slice(0, longestMessage) }
}
