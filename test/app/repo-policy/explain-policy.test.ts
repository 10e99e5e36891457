import { describe, expect, it } from 'vitest'
import type { PolicyText } from '../../../app/repo-policy/evaluate-policy.ts'
import { type ExplainedValue, explainPolicy } from '../../../app/repo-policy/explain-policy.ts'
import {
  defaultOperatorPolicy,
  type OperatorPolicy,
  parseOperatorPolicy,
} from '../../../app/repo-policy/operator/operator-policy.ts'
import type { RepositoryTraits } from '../../../app/repo-policy/rules/fits-condition.ts'

const traits: RepositoryTraits = {
  ...{ fullName: 'octo/repo', nameIsProven: true, visibility: 'private', topics: [], properties: {} },
}
const own = '.github/airlock.yml'
const above = 'airlock.yml of the organisation'

function operatorPolicy(text: string): OperatorPolicy {
  const parsed = parseOperatorPolicy(text, 'policy.yml')
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.policy
}

const fileOf = (text: string | undefined): PolicyText =>
  text === undefined ? { kind: 'none' } : { kind: 'text', text }

function explained(texts: { operator?: string; organisation?: string; repository?: string }) {
  const operator = texts.operator === undefined ? defaultOperatorPolicy : operatorPolicy(texts.operator)
  const files = { organisation: fileOf(texts.organisation), repository: fileOf(texts.repository) }
  return explainPolicy(operator, files, traits)
}

function valuesOf(texts: Parameters<typeof explained>[0]): ReadonlyMap<string, Omit<ExplainedValue, 'key'>> {
  const explanation = explained(texts)
  if (!explanation.ok) throw new Error(JSON.stringify(explanation.problems))
  return new Map(explanation.values.map(({ key, value, from }) => [key, { value, from }]))
}

describe('the origin of a value', () => {
  it('is nobody where it is the default', () => {
    const values = valuesOf({})

    expect(values.get('agent')).toEqual({ value: 'claude', from: [] })
    expect([...values.values()].flatMap(({ from }) => from)).toEqual([])
  })

  it('is the file and line that set it', () => {
    const values = valuesOf({ repository: 'agent: codex\nlimits:\n  minutes: 5\n' })

    expect(values.get('agent')).toEqual({ value: 'codex', from: [{ level: 'repository', file: own, line: 1 }] })
    expect(values.get('limits.minutes')).toEqual({ value: 5, from: [{ level: 'repository', file: own, line: 3 }] })
  })

  it('is who said less, whoever said more below or above', () => {
    const values = valuesOf({
      operator: 'policy: { limits: { minutes: 15 } }\n',
      organisation: 'limits:\n  minutes: 10\n',
      repository: 'limits: { minutes: 12 }\n',
    })

    expect(values.get('limits.minutes')).toEqual({ value: 10, from: [{ level: 'organisation', file: above, line: 2 }] })
  })

  it('is everybody who added to a list', () => {
    const values = valuesOf({
      organisation: 'gates: { protected: ["deploy/**"] }\n',
      repository: 'agent: pi\ngates:\n  protected: ["infra/**"]\n',
    })

    expect(values.get('gates.protected')).toMatchObject({
      value: expect.arrayContaining(['deploy/**', 'infra/**']),
      from: [
        { level: 'organisation', file: above, line: 1 },
        { level: 'repository', file: own, line: 3 },
      ],
    })
  })

  it('is the operator where a maximum cuts or a rule raises what the files say', () => {
    const values = valuesOf({
      operator: 'maximum: { minutes: 3 }\nisolation: { rules: [{ visibility: private, least: gvisor }] }\n',
      repository: 'limits: { minutes: 12 }\nisolation: container\n',
    })

    expect(values.get('limits.minutes')).toEqual({
      value: 3,
      from: [{ level: 'operator', file: 'policy.yml', line: 1 }],
    })
    expect(values.get('isolation')).toEqual({
      value: 'gvisor',
      from: [{ level: 'operator', file: 'policy.yml', line: 2 }],
    })
  })

  it('is no line of the operator where a built-in maximum cuts', () => {
    const values = valuesOf({ operator: 'maximum: { cpus: 2 }\n', repository: 'limits: { minutes: 300 }\n' })

    expect(values.get('limits.minutes')).toEqual({
      value: 120,
      from: [{ level: 'operator', file: 'policy.yml', line: null }],
    })
  })

  it('is the line of the rule that holds', () => {
    const values = valuesOf({
      organisation: [
        'limits: { minutes: 20 }',
        'rules:',
        '  - when: { visibility: private }',
        '    limits: { minutes: 9 }',
        '    agents: [codex, pi]',
        '  - when: { visibility: public }',
        '    limits: { minutes: 1 }',
      ].join('\n'),
    })

    const at = (line: number) => [{ level: 'organisation', file: above, line }]
    expect(values.get('limits.minutes')).toEqual({ value: 9, from: at(4) })
    expect(values.get('agents')).toEqual({ value: ['codex', 'pi'], from: at(5) })
    expect(values.get('agent')).toMatchObject({ value: 'codex', from: [{ level: 'organisation', file: above }] })
  })

  it('is the file that names a profile', () => {
    const values = valuesOf({ organisation: 'agent: pi\nprofile: moderate\n' })

    expect(values.get('limits.cpus')).toEqual({ value: 4, from: [{ level: 'organisation', file: above, line: 2 }] })
  })
})

it('explains what is wrong where nothing holds', () => {
  expect(explained({ repository: 'limits:\n  minuets: 5\n' })).toMatchObject({
    ok: false,
    problems: [{ file: own, line: 2 }],
  })
})
