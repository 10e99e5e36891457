/** What is promised of findings whatever a gate found: their order, their fingerprints, what suppresses them, SARIF. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Finding, findingSchema, gateNames, type Suppression, worstFirst } from '../../worker/contract/index.ts'
import { createFinding } from '../../worker/gates/create-finding.ts'
import { evaluateGates, verdictOf } from '../../worker/gates/evaluate-gates.ts'
import { traceOfSecret, withFingerprints } from '../../worker/gates/fingerprint.ts'
import { toSarif } from '../../worker/gates/sarif/to-sarif.ts'
import { suppressFindings } from '../../worker/gates/suppress-findings.ts'
import type { Gate, GateFinding } from '../../worker/pipeline/ports/index.ts'
import { gateInput } from './gate-input.ts'

/** Few of each, so that some are alike. */
const finding: fc.Arbitrary<GateFinding> = fc
  .record(
    {
      gate: fc.constantFrom(...gateNames),
      rule: fc.constantFrom('named-value', 'npm-install-script', 'job-secret', 'many-files'),
      severity: fc.constantFrom<'block' | 'hold' | 'note'>('block', 'hold', 'note'),
      path: fc.option(fc.oneof(fc.constantFrom('a', 'b/c.ts'), fc.string({ unit: 'binary', minLength: 1 })), {
        nil: null,
      }),
      line: fc.option(fc.integer({ min: 1, max: 5 }), { nil: null }),
      message: fc.oneof(fc.constantFrom('One.', 'Two.'), fc.string({ unit: 'grapheme', minLength: 1 })),
      about: fc.constantFrom('x', 'y'),
    },
    { requiredKeys: ['gate', 'rule', 'severity', 'path', 'line', 'message'] },
  )
  .map(createFinding)
const findings = fc.array(finding, { maxLength: 12 })
const strict = (all: readonly Finding[]) => all.map((one) => findingSchema.parse(one))

describe('a finding', () => {
  it('is within the contract whatever the change is called and says', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'binary' }).map((one) => one.repeat(2000)),
    )
    fc.assert(
      fc.property(text, text, (path, message) => {
        const made = createFinding({ gate: 'size', rule: 'r', severity: 'note', path, line: 1, message })
        expect(findingSchema.parse(made)).toEqual(made)
        expect(made.path).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u)
      }),
    )
  })
})

describe('fingerprints', () => {
  it('are one for each finding, two never the same, and the same again for the same findings', () => {
    fc.assert(
      fc.property(findings, (all) => {
        const made = withFingerprints(all)
        expect(strict(made)).toEqual(made)
        expect(new Set(made.map(({ fingerprint }) => fingerprint)).size).toBe(made.length)
        expect(withFingerprints(all)).toEqual(made)
      }),
    )
  })

  it('stay when lines move, when a finding weighs another severity, and when others that are not alike come and go', () => {
    const of = (all: readonly GateFinding[], rule: string) =>
      withFingerprints(all)
        .filter((one) => one.rule === rule)
        .map(({ fingerprint }) => fingerprint)
    fc.assert(
      fc.property(findings, fc.nat(9), (all, lines) => {
        const moved = all.map((one) => ({ ...one, line: (one.line ?? 0) + lines + 1, severity: 'note' as const }))
        expect(of(moved, 'named-value')).toEqual(of(all, 'named-value'))
        expect(
          of(
            all.filter(({ rule }) => rule === 'named-value'),
            'named-value',
          ),
        ).toEqual(of(all, 'named-value'))
      }),
    )
  })

  it('lend sixteen bits of a secret and no more', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (values) => {
        expect(traceOfSecret(values)).toMatch(/^[0-9a-f]{4}$/)
      }),
    )
  })
})

describe('suppressions', () => {
  const day = fc.constantFrom('2027-01-01', '2027-03-31', '2027-12-31')

  it('make notes of what they name until their day, never of what always counts, and touch nothing else', () => {
    fc.assert(
      fc.property(findings, fc.array(fc.nat()), day, day, (all, chosen, until, today) => {
        const made = withFingerprints(all)
        const named = new Set(chosen.flatMap((at) => made[at % made.length]?.fingerprint ?? []))
        const suppressions: Suppression[] = [...named].map((fingerprint) => ({ fingerprint, reason: 'Known', until }))

        const left = suppressFindings(made, suppressions, today)
        expect(strict(left)).toEqual(left)
        for (const [at, one] of left.entries()) {
          const was = made[at]
          const counts = !named.has(one.fingerprint) || one.rule === 'job-secret' || until < today
          expect(one.severity).toBe(counts ? was?.severity : 'note')
          if (!named.has(one.fingerprint)) expect(one).toEqual(was)
        }
        expect(suppressFindings(made, suppressions, null)).toEqual(made)
      }),
    )
  })
})

describe('the answer of all gates', () => {
  const gateOf = (name: Gate['name'], all: readonly GateFinding[]): Gate => ({ name, check: () => [...all] })

  it('is the worst of them, the same in whatever order a gate speaks, and says each thing once', async () => {
    await fc.assert(
      fc.asyncProperty(findings, async (all) => {
        const own = all.map((one) => ({ ...one, gate: 'size' as const }))
        const results = await evaluateGates([gateOf('size', own)], gateInput([]))
        const turned = await evaluateGates([gateOf('size', own.toReversed())], gateInput([]))

        // Of two that differ in nothing that is said, either may be the one.
        const said = (given: typeof results) =>
          given.flatMap((one) => one.findings.map(({ fingerprint: _, ...rest }) => rest))
        expect(said(turned)).toEqual(said(results))
        const severities = own.map(({ severity }) => severity)
        const worst = severities.includes('block') ? 'block' : severities.includes('hold') ? 'hold' : 'publish'
        expect(verdictOf(results)).toBe(worst)
        const keys = said(results).map((one) => JSON.stringify(one))
        expect(new Set(keys).size).toBe(keys.length)
      }),
    )
  })

  it('is bounded, and still the worst of all that was found', async () => {
    await fc.assert(
      fc.asyncProperty(findings, fc.integer({ min: 1, max: 3 }), async (all, most) => {
        const own = all.map((one) => ({ ...one, gate: 'size' as const }))
        const results = await evaluateGates([gateOf('size', own)], gateInput([]), { most })
        const whole = await evaluateGates([gateOf('size', own)], gateInput([]), { most: 1000 })

        expect(verdictOf(results)).toBe(verdictOf(whole))
        const counts = Map.groupBy(
          results.flatMap((one) => one.findings),
          ({ rule, severity }) => `${rule} ${severity}`,
        )
        for (const same of counts.values()) expect(same.length).toBeLessThanOrEqual(most + 1)
      }),
    )
  })

  it('is shown with the worst first and nothing lost', () => {
    const rank = { block: 0, hold: 1, note: 2 }
    fc.assert(
      fc.property(findings, (all) => {
        const shown = worstFirst(all)
        expect(shown.map(({ severity }) => rank[severity])).toEqual(
          all.map(({ severity }) => rank[severity]).toSorted(),
        )
        expect(new Set(shown)).toEqual(new Set(all))
      }),
    )
  })
})

describe('SARIF', () => {
  it('has each finding as it is: its rule, place, words and fingerprint', () => {
    fc.assert(
      fc.property(findings, (all) => {
        const made = withFingerprints(all)
        const [{ tool, results }] = toSarif(made).runs as [ReturnType<typeof toSarif>['runs'][number]]
        expect(results).toHaveLength(made.length)
        for (const [at, result] of results.entries()) {
          const { gate, rule, path, line, message, fingerprint } = made[at] ?? made[0] ?? Object.create(null)
          expect(tool.driver.rules[result.ruleIndex]?.id).toBe(`${gate}/${rule}`)
          expect(result.message.text).toBe(message)
          expect(result.partialFingerprints).toMatchObject({ primaryLocationLineHash: fingerprint })
          const place = result.locations[0]?.physicalLocation
          expect(place?.region.startLine).toBe(line ?? 1)
          const uri = place?.artifactLocation.uri ?? ''
          expect(uri).toMatch(/^[\w.~!*'()%/-]+$/)
          expect(path === null ? '.' : path.toWellFormed()).toBe(decodeURIComponent(uri))
        }
        expect(new Set(tool.driver.rules.map(({ id }) => id)).size).toBe(tool.driver.rules.length)
        expect(JSON.parse(JSON.stringify(toSarif(made)))).toEqual(toSarif(made))
      }),
    )
  })
})
