import { describe, expect, it } from 'vitest'
import type { Finding, GateResult } from '../../worker/contract/index.ts'
import { findingSchema } from '../../worker/contract/index.ts'
import { evaluateGates, verdictOf } from '../../worker/gates/evaluate-gates.ts'
import { gates } from '../../worker/gates/gates.ts'
import type { Gate } from '../../worker/pipeline/ports/index.ts'
import { added, changed, gateInput, madeUp } from './gate-input.ts'

const finding = (over: Partial<Finding> = {}): Finding => ({
  gate: 'size',
  rule: 'some-rule',
  severity: 'note',
  path: 'a.ts',
  line: 1,
  message: 'Something.',
  ...over,
})
const gateOf = (check: Gate['check']): Gate => ({ name: 'size', check })

describe('evaluateGates', () => {
  it('publishes a change that no gate minds', async () => {
    const results = await evaluateGates(gates, gateInput([changed('src/add.ts', 'a - b\n', 'a + b\n')]))

    expect(results.map(({ gate, verdict }) => [gate, verdict])).toEqual([
      ['secrets', 'publish'],
      ['licenses', 'publish'],
      ['delayed-execution', 'publish'],
      ['size', 'publish'],
    ])
    expect(results.flatMap(({ findings }) => findings)).toEqual([])
  })

  it.each([
    [
      'throws',
      () => {
        throw new TypeError('quotes the change')
      },
    ],
    ['rejects', () => Promise.reject(new TypeError('quotes the change'))],
  ] as const)('blocks when a gate %s, and says only the kind of error', async (_how, check) => {
    const quiet = gateOf(() => [])

    const results = await evaluateGates([quiet, gateOf(check)], gateInput([]))

    expect(results.map(({ verdict }) => verdict)).toEqual(['publish', 'block'])
    expect(results[1]?.findings).toMatchObject([{ rule: 'gate-error', severity: 'block', path: null }])
    expect(results[1]?.findings[0]?.message).toContain('TypeError')
    expect(results[1]?.findings[0]?.message).not.toContain('quotes')
  })

  it('gives the same findings in the same order, whatever order the gate and the change come in', async () => {
    const findings = [finding({ path: 'b' }), finding({ line: 12 }), finding({ line: 2 }), finding({ path: null })]
    const files = [added('Makefile', 'all:\n'), added('.envrc', 'x\n'), added('.mcp.json', '{"mcpServers":{"a":1}}')]

    const forth = await evaluateGates([gateOf(() => findings)], gateInput([]))
    const back = await evaluateGates([gateOf(() => findings.toReversed())], gateInput([]))
    const real = await evaluateGates(gates, gateInput(files))
    const realBack = await evaluateGates(gates, gateInput(files.toReversed()))

    expect(forth).toEqual(back)
    expect(forth[0]?.findings.map(({ path, line }) => [path, line])).toEqual([
      [null, 1],
      ['a.ts', 2],
      ['a.ts', 12],
      ['b', 1],
    ])
    expect(real).toEqual(realBack)
  })

  it('says the same thing once', async () => {
    const results = await evaluateGates([gateOf(() => [finding(), finding()])], gateInput([]))

    expect(results[0]?.findings).toHaveLength(1)
  })

  it('bounds what a hostile change can make it say, without a milder verdict', async () => {
    const many = Array.from({ length: 1000 }, (_none, index) => added(`bin/tool${index}`, '#!/bin/sh\n', '100755'))

    const results = await evaluateGates(gates, gateInput([...many, added('z.pth', 'x')]))
    const [, , delayed] = results

    expect(delayed?.verdict).toBe('block')
    expect(delayed?.findings.length).toBeLessThan(60)
    expect(delayed?.findings.some(({ message }) => message.startsWith('950 more findings'))).toBe(true)
  })

  it('keeps every finding within the contract for names that are long or cannot be shown', async () => {
    const path = `.vscode/${'\u202e\n`'.repeat(1000)}/settings.json`

    const results = await evaluateGates(gates, gateInput([added(path, '{"git.path":"x"}', '100755')]))
    const findings = results.flatMap((result) => result.findings)

    expect(findings.length).toBeGreaterThan(1)
    for (const one of findings) {
      expect(findingSchema.parse(one)).toEqual(one)
      expect(`${one.path}${one.message}`).not.toMatch(/[\u202e\n]/)
    }
  })

  it('shows the name of a file nowhere when the name holds a credential', async () => {
    const token = `ghp${'_'}${madeUp(36)}`
    const secret = madeUp(24).toLowerCase()
    const files = [
      added(`bin/${token}.sh`, '#!/bin/sh\n', '100755'),
      added(`notes/${secret}.pth`, 'x\n'),
      added('bin/a', 'x', '100755'),
    ]

    const results = await evaluateGates(gates, gateInput(files, { secrets: { NPM_TOKEN: secret } }))
    const text = JSON.stringify(results)

    expect(text).not.toContain(token.slice(4, 12))
    expect(text).not.toContain(secret.slice(0, 8))
    expect(results[0]?.findings.filter(({ rule }) => rule === 'secret-in-name')).toHaveLength(2)
    expect(results[2]?.findings.map(({ path }) => path)).toContain('bin/a')
  })
})

describe('verdictOf', () => {
  const result = (verdict: GateResult['verdict']): GateResult => ({ gate: 'size', verdict, findings: [] })

  it.each([
    [['publish', 'hold', 'block'], 'block'],
    [['publish', 'hold', 'publish'], 'hold'],
    [['publish'], 'publish'],
    [[], 'publish'],
  ] as const)('takes the worst of %j', (verdicts, expected) => {
    expect(verdictOf(verdicts.map(result))).toBe(expected)
  })
})
