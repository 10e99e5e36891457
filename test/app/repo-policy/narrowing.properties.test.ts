import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { axisNames, isWithin } from '../../../app/repo-policy/changes/is-within.ts'
import { evaluatePolicy } from '../../../app/repo-policy/evaluate-policy.ts'
import { type OperatorPolicy, parseOperatorPolicy } from '../../../app/repo-policy/operator/operator-policy.ts'
import type { RepositoryTraits } from '../../../app/repo-policy/rules/fits-condition.ts'
import { valuesOf } from '../../../app/repo-policy/values-of.ts'
import { agentNames, isolationClasses, schedulePaces } from '../../../worker/contract/index.ts'

const traits: RepositoryTraits = {
  ...{ fullName: 'acme/web', nameIsProven: true, visibility: 'private', topics: ['open'], properties: {} },
  asker: { kind: 'known', teams: ['a'] },
}

/** Mostly silent: three long files at random nearly always contradict each other, and are refused. */
const optional = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary })
const numbers = (max: number) => optional(fc.integer({ min: 1, max }))
const part = <T>(values: readonly T[], least = 0) => optional(fc.subarray([...values], { minLength: least }))
const network = part<unknown>([
  ...['npm', 'example.com', '*.example.com', 'a.example.com'],
  ...[{ host: 'example.com' }, { host: 'example.com', methods: ['GET'] }, { host: 'a.example.com', paths: ['/a/**'] }],
])
const size = optional(fc.constantFrom('512m', '1g', '4g', '20g'))
const permission = optional(fc.constantFrom('read', 'triage', 'write', 'maintain', 'admin'))
const teams = part(['a', 'b', 'c'])
const rulesOfGates = {
  licenses: optional(
    fc.oneof(
      fc.record({ 'allow-licenses': part(['MIT', 'ISC', 'GPL-3.0-only']) }),
      fc.record({ 'deny-licenses': part(['MIT', 'GPL-3.0-only']), 'deny-packages': part(['pkg:npm/a', 'pkg:npm/b']) }),
    ),
  ),
  protected: part(['a/**', 'b/**']),
  'suppress-by': optional(fc.constantFrom('repository', 'organisation')),
}
const bounds = optional(
  fc.record({ concurrent: numbers(9), jobs: numbers(99), minutes: numbers(999), tokens: numbers(9999) }),
)
const shared = {
  agents: part(agentNames.slice(0, 3), 1),
  models: part(['gpt-5', 'gpt-5*', 'gpt-*', 'o3'], 1),
  isolation: optional(fc.constantFrom(...isolationClasses)),
  network,
  limits: optional(
    fc.record({
      minutes: numbers(360),
      'silence-minutes': numbers(360),
      memory: size,
      cpus: numbers(16),
      disk: size,
      pids: optional(fc.integer({ min: 16, max: 999 })),
      output: size,
      'cost-usd': numbers(100),
      tokens: numbers(100_000),
    }),
  ),
  budgets: optional(fc.record({ person: numbers(100), repository: numbers(100), organisation: numbers(100) })),
  quotas: optional(
    fc.record({
      person: bounds,
      repository: bounds,
      organisation: bounds,
      over: optional(fc.constantFrom('wait', 'refuse')),
    }),
  ),
  approvals: optional(fc.record({ own: optional(fc.boolean()), permission, teams })),
  handoff: optional(
    fc.record({ draft: optional(fc.boolean()), ci: optional(fc.constantFrom('run', 'quarantine', 'skip')) }),
  ),
}
const triggers = { permission, teams, schedules: optional(fc.constantFrom(...schedulePaces)) }
const setup = { secrets: part(['A', 'B']), network }
const condition = fc.constantFrom<object>(
  { visibility: 'private' },
  { topic: 'open' },
  { topic: 'x' },
  { team: 'a' },
  { team: 'b' },
)
const rule = fc.record({
  ...shared,
  when: optional(condition),
  unless: optional(condition),
  setup: optional(fc.record(setup)),
  gates: optional(fc.record(rulesOfGates)),
  triggers: optional(fc.record({ permission, teams })),
})
/** Packages that are excused, of which a rule says nothing. */
const excused = fc.record({ 'allow-dependencies-licenses': part(['pkg:npm/a', 'pkg:npm/b']) })
const file = fc.record({
  ...shared,
  profile: optional(fc.constantFrom('moderate', 'strict')),
  'runs-on': optional(fc.constantFrom('worker', 'actions')),
  'agent-settings': optional(fc.constantFrom('load', 'ignore')),
  setup: optional(fc.record({ ...setup, run: part(['make']) })),
  gates: optional(fc.record({ ...rulesOfGates, licenses: fc.oneof(rulesOfGates.licenses, excused) })),
  triggers: optional(fc.record({ ...triggers, label: optional(fc.constantFrom('x', 'y')) })),
  rules: optional(fc.array(rule, { maxLength: 2 })),
})
type File = object | null
type Values = ReadonlyMap<string, unknown>

const [allowed, denied] = ['gates.licenses.allow-licenses', 'gates.licenses.deny-licenses']

/** Axes on which a policy is let do more than the one above it, where that is bounded at all. */
function widerThan(above: Values, all: Values, files: readonly File[]): string[] {
  return axisNames.filter((key) => {
    if (!isSet(key, files) || isWithin(key, all.get(key), above.get(key)) === true) return false
    // What is denied is taken out of a list of what is allowed, which then stands in its place.
    const left = all.get(allowed)
    const stillDenied = Array.isArray(left) && !left.some((id) => [above.get(denied)].flat().includes(id))
    return !(key === denied && stillDenied)
  })
}

const operatorOf = (policy: object): OperatorPolicy => {
  const parsed = parseOperatorPolicy(
    JSON.stringify({ policy, profiles: ['permissive', 'moderate', 'strict'] }),
    'operator',
  )
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.policy
}

/** Null where no job would start. */
function valuesWith(operator: object, organisation: File, repository: File) {
  const text = (one: File) =>
    one === null ? ({ kind: 'none' } as const) : ({ kind: 'text', text: JSON.stringify(one) } as const)
  const texts = { organisation: text(organisation), repository: text(repository) }
  const result = evaluatePolicy(operatorOf(operator), texts, traits)
  return result.ok ? valuesOf(result.policy) : null
}

/** Defaults fill in and bound nothing, but for the permission: only what somebody above set is a bound. */
function isSet(key: string, files: readonly File[]): boolean {
  if (key === 'triggers.permission') return true
  const says = (one: unknown) =>
    key.split('.').reduce<unknown>((value, name) => Reflect.get(Object(value), name), one) !== undefined
  return files.some((one) => says(one))
}

/**
 * A repository's own to add: it has them by fingerprint, with a reason and an end, and none at a pace that is forbidden;
 * and what lets nobody do anything.
 */
const own = ['gates.suppress', 'schedules', 'welcome']

it('every key that can be narrower is among what is tried', () => {
  const says = (found: object, key: string) =>
    key.split('.').reduce<unknown>((value, name) => Reflect.get(Object(value), name), found) !== undefined
  const tried = fc.sample(file, { numRuns: 2000, seed: 1 })

  expect(axisNames.filter((key) => !tried.some((one) => says(one, key)))).toEqual(own)
})

describe('whatever operator, organisation and repository say', () => {
  it('no repository is let do more than what stands above it allows, on any axis', () => {
    let judged = 0
    fc.assert(
      fc.property(file, fc.option(file), file, (operator, organisation, repository) => {
        const above = valuesWith(operator, organisation, null)
        const all = valuesWith(operator, organisation, repository)
        if (above === null || all === null) return
        judged += 1
        expect(widerThan(above, all, [operator, organisation])).toEqual([])
      }),
      { numRuns: 500 },
    )
    expect(judged).toBeGreaterThan(50)
  })

  it('no organisation is let do more than the operator allows', () => {
    let judged = 0
    fc.assert(
      fc.property(file, file, (operator, organisation) => {
        const [above, all] = [valuesWith(operator, null, null), valuesWith(operator, organisation, null)]
        if (above === null || all === null) return
        judged += 1
        expect(widerThan(above, all, [operator])).toEqual([])
      }),
      { numRuns: 300 },
    )
    expect(judged).toBeGreaterThan(50)
  })

  it('no rule lets do more than its file without it', () => {
    let judged = 0
    fc.assert(
      fc.property(file, rule, (organisation, added) => {
        const { rules: _, ...base } = organisation
        const [without, all] = [valuesWith({}, base, null), valuesWith({}, { ...base, rules: [added] }, null)]
        if (without === null || all === null) return
        judged += 1
        expect(widerThan(without, all, [base])).toEqual([])
      }),
      { numRuns: 300 },
    )
    expect(judged).toBeGreaterThan(50)
  })
})
