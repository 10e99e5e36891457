import { describe, expect, it } from 'vitest'
import {
  evaluateOrganisationChange,
  evaluateRepositoryChange,
} from '../../../app/repo-policy/changes/evaluate-change.ts'
import { axisNames, isWithin } from '../../../app/repo-policy/changes/is-within.ts'
import type { PolicyText } from '../../../app/repo-policy/evaluate-policy.ts'
import { defaultOperatorPolicy } from '../../../app/repo-policy/operator/operator-policy.ts'
import type { RepositoryTraits } from '../../../app/repo-policy/rules/fits-condition.ts'
import { ruleOfKey } from '../../../scripts/reference/level-rules.ts'

const traits: RepositoryTraits = {
  ...{ fullName: 'acme/web', nameIsProven: true, visibility: 'private', topics: [], properties: {} },
}
const text = (written: string | null): PolicyText =>
  written === null ? { kind: 'none' } : { kind: 'text', text: written }

const ofRepository = (before: string | null, after: string | null, organisation: string | null = null) =>
  evaluateRepositoryChange({
    ...{ operator: defaultOperatorPolicy, traits, organisation: text(organisation) },
    ...{ before: text(before), after: text(after) },
  })
const ofOrganisation = (before: string | null, after: string | null) =>
  evaluateOrganisationChange(defaultOperatorPolicy, { before: text(before), after: text(after) })

describe('every key that a level cannot loosen', () => {
  it('is an axis on which a change is wider or narrower', () => {
    const strict = Object.entries(ruleOfKey).flatMap(([key, rule]) => (rule === 'lowest' ? [] : [key]))

    expect([...axisNames].sort()).toEqual(strict.filter((key) => key !== 'profile').sort())
  })

  it.each([
    ['limits.minutes', 5, 10],
    ['limits.memory', '512m', '1g'],
    ['budgets.person', 5, undefined],
    ['quotas.person.jobs', 5, undefined],
    ['quotas.over', 'refuse', undefined],
    ['quotas.over', undefined, 'wait'],
    ['isolation', 'gvisor', 'process'],
    ['network', ['a.example.com'], ['*.example.com']],
    ['setup.network', [], undefined],
    ['models', ['gpt-5'], ['gpt-*']],
    ['agents', ['pi'], undefined],
    ['triggers.teams', [], ['a']],
    ['triggers.schedules', 'weekly', undefined],
    ['schedules', undefined, [{ cron: '0 3 * * *', task: 'x', by: 'ada' }]],
    ['welcome', undefined, ['acme/*']],
    ['triggers.permission', 'admin', 'write'],
    ['approvals.own', false, undefined],
    ['gates.protected', ['a', 'b'], ['a']],
    ['gates.licenses.deny-licenses', ['MIT'], undefined],
    ['gates.licenses.allow-dependencies-licenses', undefined, ['pkg:npm/a']],
    ['gates.suppress', undefined, [{ fingerprint: 'a' }]],
    ['gates.suppress-by', 'organisation', undefined],
    ['agent-settings', undefined, 'load'],
    ['runs-on', 'worker', undefined],
    ['handoff.draft', true, false],
    ['handoff.ci', 'quarantine', 'run'],
  ])('%s: %j is narrower than %j', (key, inner, outer) => {
    expect([isWithin(key, inner, outer), isWithin(key, outer, inner)]).toEqual([true, false])
  })
})

describe('a change of a repository’s policy', () => {
  it('says what becomes wider, narrower or another, and at which line', () => {
    const change = ofRepository(
      'limits: { minutes: 10 }\nagent: pi\n',
      'agent: codex\nlimits:\n  minutes: 20\n  cpus: 1\n',
    )

    expect(change).toMatchObject({ problems: [], wasBroken: false })
    expect(change.cases).toHaveLength(1)
    expect(change.cases[0]?.values).toEqual([
      { key: 'agent', before: 'pi', after: 'codex', becomes: 'changed', line: 1 },
      { key: 'limits.minutes', before: 10, after: 20, becomes: 'wider', line: 3 },
      { key: 'limits.cpus', before: 2, after: 1, becomes: 'narrower', line: 4 },
    ])
  })

  it('says nothing of what the organisation decides anyway', () => {
    expect(ofRepository('', 'limits: { minutes: 20 }', 'limits: { minutes: 5 }').cases).toEqual([])
  })

  it('has no line where the file is taken away', () => {
    const change = ofRepository('limits: { minutes: 5 }', null)

    expect(change.cases[0]?.values).toMatchObject([{ key: 'limits.minutes', becomes: 'wider', line: null }])
  })

  it('names what is wrong, of its own and beyond the organisation', () => {
    expect(ofRepository('', 'limits: { minuets: 5 }').problems).toMatchObject([{ line: 1 }])
    expect(ofRepository('', 'agent: pi\nnetwork: [npm]', 'network: []').problems).toMatchObject([{ line: 2 }])
  })

  it('mends what was broken', () => {
    expect(ofRepository('agnt: pi', 'agent: pi')).toEqual({ problems: [], wasBroken: true, cases: [] })
  })

  it.each([
    ['a bomb of aliases', `a: &a [x]\n${'b: [*a, *a]\n'.repeat(3)}`],
    ['a file of a mebibyte', 'x'.repeat(1024 * 1024)],
    ['ten thousand keys', Array.from({ length: 10_000 }, (_, index) => `k${index}: 1`).join('\n')],
  ])('is refused within the bounds of every policy: %s', (_what, hostile) => {
    expect(ofRepository('', hostile).problems.length).toBeGreaterThan(0)
  })
})

describe('a change of an organisation’s policy', () => {
  it('says it for everybody, and once more for each condition that has rules', () => {
    const change = ofOrganisation(
      'limits: { minutes: 10 }\nrules:\n  - when: { visibility: private }\n    isolation: gvisor\n',
      'limits: { minutes: 20 }\nrules:\n  - when: { visibility: private }\n    isolation: container\n    network: []\n',
    )

    expect(change.problems).toEqual([])
    expect(change.cases).toEqual([
      { condition: null, values: [expect.objectContaining({ key: 'limits.minutes', becomes: 'wider', line: 1 })] },
      {
        condition: { when: { visibility: 'private' } },
        values: [{ key: 'isolation', before: 'gvisor', after: 'container', becomes: 'wider', line: 4 }],
      },
    ])
  })

  it('says that a rule which is taken away makes it wider there', () => {
    const change = ofOrganisation('rules: [{ when: { topic: x }, agents: [pi] }]', '')

    expect(change.cases).toMatchObject([
      {
        condition: { when: { topic: 'x' } },
        values: expect.arrayContaining([expect.objectContaining({ key: 'agents', becomes: 'wider' })]),
      },
    ])
  })

  it('names a rule that is wider than its file', () => {
    expect(ofOrganisation(null, 'network: []\nrules: [{ network: [npm] }]').problems).toMatchObject([{ line: 2 }])
  })
})
