/**
 * Findings as SARIF 2.1.0, which code scanning and editors read. Pure. Every rule that found something is described,
 * and each result carries its fingerprint, so that a viewer knows it again when lines move.
 */
import type { Finding, Severity } from '../../contract/index.ts'
import { describeRule } from './describe-rule.ts'

const levels: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  block: 'error',
  hold: 'warning',
  note: 'note',
}

/** `category` tells analyses of one commit apart in code scanning: another of the same name takes its place there. */
export function toSarif(findings: readonly Finding[], category?: string) {
  const ruleIds = [...new Set(findings.map(ruleIdOf))].sort()
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0' as const,
    runs: [
      {
        tool: { driver: { name: 'Airlock', rules: ruleIds.map((id) => ruleOf(id, findings)) } },
        ...(category === undefined ? {} : { automationDetails: { id: `${category}/` } }),
        columnKind: 'utf16CodeUnits' as const,
        results: findings.map((finding) => resultOf(finding, ruleIds)),
      },
    ],
  }
}

const ruleIdOf = ({ gate, rule }: Finding) => `${gate}/${rule}`

function ruleOf(id: string, findings: readonly Finding[]) {
  const worst = (['block', 'hold', 'note'] as const).find((severity) =>
    findings.some((finding) => ruleIdOf(finding) === id && finding.severity === severity),
  )
  const [gate, rule] = [id.slice(0, id.indexOf('/')), id.slice(id.indexOf('/') + 1)]
  const { short, help } = describeRule(gate, rule)
  return {
    id,
    name: rule,
    shortDescription: { text: short },
    fullDescription: { text: help },
    help: { text: help },
    defaultConfiguration: { level: levels[worst ?? 'note'] },
  }
}

function resultOf(finding: Finding, ruleIds: readonly string[]) {
  const { severity, path, line, message, fingerprint } = finding
  const ruleId = ruleIdOf(finding)
  return {
    ruleId,
    ruleIndex: ruleIds.indexOf(ruleId),
    level: levels[severity],
    message: { text: message },
    // A viewer wants a place and a line for each result: what no single file is to blame for is shown at the root.
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: path === null ? '.' : uriOf(path) },
          region: { startLine: line ?? 1 },
        },
      },
    ],
    ...(fingerprint === undefined ? {} : { partialFingerprints: fingerprintsOf(fingerprint) }),
  }
}

/** Code scanning looks at one name alone, whatever it is made of. */
function fingerprintsOf(fingerprint: string) {
  return { 'airlockFingerprint/v1': fingerprint, primaryLocationLineHash: fingerprint }
}

/** A path as a URI: what has a meaning there is written out. Half a character pair has no such form. */
function uriOf(path: string): string {
  return path.toWellFormed().split('/').map(encodeURIComponent).join('/')
}
