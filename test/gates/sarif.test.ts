import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Finding } from '../../worker/contract/index.ts'
import { toSarif } from '../../worker/gates/sarif/to-sarif.ts'

const text = z.strictObject({ text: z.string().min(1) })
const level = z.enum(['error', 'warning', 'note'])

/** As much of SARIF 2.1.0 as is written here; a key that the standard does not have at its place is refused. */
const sarifSchema = z.strictObject({
  $schema: z.url(),
  version: z.literal('2.1.0'),
  runs: z.tuple([
    z.strictObject({
      tool: z.strictObject({
        driver: z.strictObject({
          name: z.string().min(1),
          rules: z.array(
            z.strictObject({
              id: z.string(),
              name: z.string(),
              shortDescription: text,
              fullDescription: text,
              help: text,
              defaultConfiguration: z.strictObject({ level }),
            }),
          ),
        }),
      }),
      automationDetails: z.strictObject({ id: z.string().min(1) }).optional(),
      columnKind: z.enum(['utf16CodeUnits', 'unicodeCodePoints']),
      results: z.array(
        z.strictObject({
          ruleId: z.string(),
          ruleIndex: z.int().nonnegative(),
          level,
          message: text,
          locations: z.array(
            z.strictObject({
              physicalLocation: z.strictObject({
                artifactLocation: z.strictObject({ uri: z.string().regex(/^[\w.~!*'()%-]+(?:\/[\w.~!*'()%-]*)*$/) }),
                region: z.strictObject({ startLine: z.int().positive() }),
              }),
            }),
          ),
          partialFingerprints: z.record(z.string(), z.string()).optional(),
        }),
      ),
    }),
  ]),
})

const finding: Finding = {
  ...{ gate: 'secrets', rule: 'named-value', severity: 'hold', path: 'src/a b#c?.py', line: 3, message: 'A secret.' },
  fingerprint: 'ab'.repeat(16),
} as const

const findings: Finding[] = [
  finding,
  { ...finding, gate: 'delayed-execution', rule: 'cloud-workspace', severity: 'block', path: 'é/%2e', line: null },
  { ...finding, gate: 'size', rule: 'many-files', severity: 'note', path: null, line: null },
  { ...finding, rule: 'provider-github', path: '\ud800/x' },
]

describe('SARIF', () => {
  const sarif = sarifSchema.parse(toSarif(findings))
  const [{ tool, results }] = sarif.runs

  it('gives each severity its level, each place its region, and each result its fingerprint', () => {
    expect(results.map((result) => [result.ruleId, result.level])).toEqual([
      ['secrets/named-value', 'warning'],
      ['delayed-execution/cloud-workspace', 'error'],
      ['size/many-files', 'note'],
      ['secrets/provider-github', 'warning'],
    ])
    expect(results[0]).toMatchObject({
      locations: [{ physicalLocation: { region: { startLine: 3 } } }],
      partialFingerprints: { 'airlockFingerprint/v1': 'ab'.repeat(16), primaryLocationLineHash: 'ab'.repeat(16) },
    })
    const root = { artifactLocation: { uri: '.' }, region: { startLine: 1 } }
    expect(results[2]?.locations).toEqual([{ physicalLocation: root }])
  })

  it('describes every rule that found something, and each result points at its own', () => {
    for (const { ruleId, ruleIndex } of results) expect(tool.driver.rules[ruleIndex]?.id).toBe(ruleId)
    expect(tool.driver.rules.map(({ help }) => help.text.length > 10)).not.toContain(false)
    expect(tool.driver.rules.find(({ name }) => name === 'cloud-workspace')?.help.text).toContain('cloud workspace')
  })

  it('is of a category only where one is named', () => {
    expect(sarif.runs[0].automationDetails).toBeUndefined()
    expect(sarifSchema.parse(toSarif([], 'airlock')).runs[0]).toMatchObject({
      automationDetails: { id: 'airlock/' },
      results: [],
    })
  })

  it('writes paths so that no character of theirs steers a URI', () => {
    const uris = results.map(({ locations }) => locations[0]?.physicalLocation.artifactLocation.uri)

    expect(uris).toEqual(['src/a%20b%23c%3F.py', '%C3%A9/%252e', '.', '%EF%BF%BD/x'])
  })
})
