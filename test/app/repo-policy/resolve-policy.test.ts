import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defaultPolicy } from '../../../app/repo-policy/default-policy.ts'
import { coversNetwork } from '../../../app/repo-policy/network-rule.ts'
import { type ParsedPolicy, parsePolicy } from '../../../app/repo-policy/parse-policy.ts'
import type { PolicyFile } from '../../../app/repo-policy/policy-schema.ts'
import { type PolicyLevels, resolvePolicy } from '../../../app/repo-policy/resolve-policy.ts'
import {
  coversModel,
  isolationClasses,
  type NetworkEntry,
  type Policy,
  permissions,
  policySchema,
} from '../../../worker/contract/index.ts'

function level(text: string, name: string): ParsedPolicy {
  const parsed = parsePolicy(text, name)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.policy
}

function resolve(texts: { operator?: string; organisation?: string; repository?: string }) {
  const read = (text: string | undefined, name: string) => (text === undefined ? null : level(text, name))
  return resolvePolicy({
    operator: read(texts.operator, 'the operator'),
    organisation: read(texts.organisation, 'the organisation'),
    repository: read(texts.repository, '.github/airlock.yml'),
  })
}

function resolved(texts: Parameters<typeof resolve>[0]): Policy {
  const result = resolve(texts)
  if (!result.ok) throw new Error(JSON.stringify(result.problems))
  return result.policy
}

describe('resolvePolicy', () => {
  it('makes a good policy of nothing', () => {
    expect(resolved({})).toEqual(defaultPolicy)
    expect(resolved({ repository: '' })).toEqual(defaultPolicy)
    expect(policySchema.parse(defaultPolicy)).toEqual(defaultPolicy)
  })

  it('turns human units into explicit ones', () => {
    const { limits } = resolved({
      repository: 'limits: { minutes: 1.5, memory: 512m, disk: 2g, output: 64k, cost-usd: 0.5 }',
    })

    expect(limits).toEqual({
      ...defaultPolicy.limits,
      wallMs: 90_000,
      memoryBytes: 512 * 1024 ** 2,
      diskBytes: 2 * 1024 ** 3,
      outputBytes: 65_536,
      costUsd: 0.5,
    })
  })

  it.each([
    ['limits: { minutes: 10 }', 'limits: { minutes: 60 }', (p: Policy) => p.limits.wallMs, 600_000],
    ['limits: { minutes: 60 }', 'limits: { minutes: 10 }', (p: Policy) => p.limits.wallMs, 600_000],
    ['limits: { tokens: 1000 }', 'limits: { tokens: 5000 }', (p: Policy) => p.limits.tokens, 1000],
    ['limits: { cost-usd: 1 }', 'limits: { cost-usd: 100 }', (p: Policy) => p.limits.costUsd, 1],
    ['budgets: { person: 5 }', 'budgets: { person: 9 }', (p: Policy) => p.budgets, { personUsd: 5 }],
    [
      'budgets: { organisation: 9 }',
      'budgets: { repository: 2 }',
      (p: Policy) => p.budgets,
      { organisationUsd: 9, repositoryUsd: 2 },
    ],
    [
      'quotas: { person: { concurrent: 2, jobs: 9 } }',
      'quotas: { person: { concurrent: 5, jobs: 3 }, repository: { tokens: 100 } }',
      (p: Policy) => p.quotas,
      { person: { concurrent: 2, jobs: 3 }, repository: { tokens: 100 } },
    ],
    ['quotas: { organisation: { minutes: 60 } }', 'quotas: {}', (p: Policy) => p.quotas?.organisation, { minutes: 60 }],
    ['quotas: { over: refuse }', 'quotas: { over: wait }', (p: Policy) => p.quotas?.over, 'refuse'],
    ['quotas: { over: wait }', 'quotas: { over: refuse }', (p: Policy) => p.quotas?.over, 'refuse'],
    ['', 'quotas: { person: {} }', (p: Policy) => p.quotas, undefined],
    ['isolation: gvisor', 'isolation: process', (p: Policy) => p.isolation, 'gvisor'],
    ['isolation: process', 'isolation: microvm', (p: Policy) => p.isolation, 'microvm'],
    [
      'triggers: { permission: admin }',
      'triggers: { permission: write }',
      (p: Policy) => p.triggers.permission,
      'admin',
    ],
    ['', 'triggers: { permission: read }', (p: Policy) => p.triggers.permission, 'write'],
    ['approvals: { own: false }', 'approvals: { own: true }', (p: Policy) => p.approvals?.own, false],
    ['', 'approvals: { permission: read }', (p: Policy) => p.approvals?.permission, 'write'],
    ['triggers: { permission: admin }', 'approvals: { own: true }', (p: Policy) => p.approvals?.permission, 'admin'],
    ['handoff: { draft: true }', 'handoff: { draft: false }', (p: Policy) => p.handoff.draft, true],
    ['', 'handoff: { draft: false }', (p: Policy) => p.handoff.draft, false],
    ['handoff: { ci: skip }', 'handoff: { ci: run }', (p: Policy) => p.handoff.ci, 'skip'],
    ['gates: { protected: [a] }', 'gates: { protected: [b] }', (p: Policy) => p.gates.protected, ['a', 'b']],
    ['gates: { protected: [a] }', 'gates: { protected: [] }', (p: Policy) => p.gates.protected, ['a']],
    [
      'gates: { licenses: { deny-licenses: [GPL-3.0] } }',
      'gates: { licenses: { allow-licenses: [MIT, GPL-3.0] } }',
      (p: Policy) => p.gates.licenses,
      { allow: ['MIT'] },
    ],
    [
      'gates: { licenses: { deny-licenses: [GPL-3.0] } }',
      'gates: { licenses: { deny-licenses: [MIT] } }',
      (p: Policy) => p.gates.licenses,
      { deny: ['GPL-3.0', 'MIT'] },
    ],
    [
      'gates: { licenses: { allow-licenses: [MIT, ISC] } }',
      'gates: { licenses: { deny-licenses: [ISC] } }',
      (p: Policy) => p.gates.licenses,
      { allow: ['MIT'] },
    ],
    [
      'gates: { licenses: { allow-licenses: [MIT], allow-dependencies-licenses: ["pkg:npm/a", "pkg:npm/b"] } }',
      'gates: { licenses: { allow-dependencies-licenses: ["pkg:npm/a"] } }',
      (p: Policy) => p.gates.licenses,
      { allow: ['MIT'], exempt: ['pkg:npm/a'] },
    ],
    [
      'gates: { protected: [] }',
      'gates: { licenses: { allow-licenses: [MIT], allow-dependencies-licenses: ["pkg:npm/a"] } }',
      (p: Policy) => p.gates.licenses,
      { allow: ['MIT'], exempt: ['pkg:npm/a'] },
    ],
    [
      'gates: { licenses: { deny-packages: ["pkg:npm/a"] } }',
      'gates: { licenses: { deny-packages: ["pkg:pypi/b@1.0"] } }',
      (p: Policy) => p.gates.licenses,
      { denyPackages: ['pkg:npm/a', 'pkg:pypi/b@1.0'] },
    ],
    ['network: [npm, example.com]', 'network: [npm]', (p: Policy) => p.network, ['npm']],
    ['network: [npm]', '', (p: Policy) => p.network, ['npm']],
    ['network: ["*.example.com"]', 'network: [a.example.com]', (p: Policy) => p.network, ['a.example.com']],
    ['models: [gpt-*]', 'models: [gpt-5, gpt-5.5*]', (p: Policy) => p.models, ['gpt-5', 'gpt-5.5*']],
    ['models: [gpt-*]', 'model: gpt-5', (p: Policy) => p.models, ['gpt-*']],
    ['agent: codex', 'agent: claude', (p: Policy) => p.agent, 'claude'],
  ])('of %j above %j takes what is narrower', (organisation, repository, pick, expected) => {
    const policy = resolved({ organisation, repository })

    expect(pick(policy)).toEqual(expected)
  })

  it.each([
    ['network: []', 'network:\n  - example.com', 'network', 2],
    ['network: [example.com]', 'network: ["*.example.com"]', 'network', 1],
    ['network: ["*.example.com"]', 'network: [evil-example.com]', 'network', 1],
    ['network: ["*.example.com"]', 'network: [example.com.evil.net]', 'network', 1],
    ['network: ["*.amazonaws.com"]', 'network: [anyone.s3.amazonaws.com]', 'network', 1],
    ['network: [example.com]', 'network: ["example.com:22"]', 'network', 1],
    ['setup: { network: [npm] }', 'setup: { network: [pypi] }', 'setup.network', 1],
    ['models: [gpt-5]', 'models:\n  - gpt-5\n  - gpt-*', 'models', 3],
    ['models: [gpt-5*]', 'models: [gpt-*]', 'models', 1],
    ['models: [gpt-*]', '# taste\nmodel: claude-sonnet-5', 'model', 2],
    ['setup: { secrets: [A] }', 'setup:\n  secrets:\n    - A\n    - B', 'setup.secrets', 4],
    [
      'gates: { licenses: { allow-licenses: [MIT] } }',
      'gates: { licenses: { allow-licenses: [GPL-3.0] } }',
      'gates.licenses.allow-licenses',
      1,
    ],
    ...['allow-licenses: [MIT]', 'deny-licenses: [MIT]', 'allow-dependencies-licenses: ["pkg:npm/b"]'].map(
      (list): [string, string, string, number] => [
        `gates: { licenses: { ${list} } }`,
        'gates:\n  licenses:\n    allow-dependencies-licenses:\n      - pkg:npm/a',
        'gates.licenses.allow-dependencies-licenses',
        4,
      ],
    ),
  ])('refuses to widen %j by %j and names the line', (organisation, repository, path, line) => {
    const result = resolve({ organisation, repository })

    expect(result).toMatchObject({ ok: false, problems: [{ file: '.github/airlock.yml', path, line }] })
    expect(JSON.stringify(result)).toContain('the organisation')
  })

  it('refuses models that leave out the model of a level above, and names where that stands', () => {
    const result = resolve({ organisation: 'model: gpt-5', repository: 'models: [claude-*]' })

    expect(result).toMatchObject({
      ok: false,
      problems: [{ file: 'the organisation', path: 'model', line: 1, message: expect.stringContaining('claude-*') }],
    })
    expect(
      resolved({ organisation: 'model: gpt-5', repository: 'models: [claude-*]\nmodel: claude-opus-5' }),
    ).toMatchObject({
      model: 'claude-opus-5',
      models: ['claude-*'],
    })
  })

  it.each(['models: []', 'models: ["*"]', 'models: ["gpt-*-mini"]', 'models: gpt-5', 'models: ["a b"]'])(
    'does not take %j for a list of models',
    (text) => {
      expect(parsePolicy(text, 'airlock.yml')).toMatchObject({ ok: false, problems: [{ line: 1 }] })
    },
  )

  it('refuses an organisation that widens what its operator allows', () => {
    const result = resolve({ operator: 'setup: { secrets: [] }', organisation: 'setup: { secrets: [A] }' })

    expect(result).toMatchObject({ ok: false, problems: [{ file: 'the organisation' }] })
  })

  it('lets the operator alone lower the permission', () => {
    const triage = 'triggers: { permission: triage }'

    expect(resolved({ operator: triage }).triggers.permission).toBe('triage')
    expect(resolved({ organisation: triage, repository: triage }).triggers.permission).toBe('write')
  })

  it('never widens, whatever the levels say', () => {
    fc.assert(
      fc.property(levelArbitrary, levelArbitrary, levelArbitrary, (operator, organisation, repository) => {
        const above = resolvePolicy({ operator, organisation, repository: null })
        const all = resolvePolicy({ operator, organisation, repository })
        if (!above.ok || !all.ok) return true
        return isNarrower(all.policy, above.policy, { operator, organisation, repository: null })
      }),
      { numRuns: 500 },
    )
  })
})

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
const hosts = fc.subarray<NetworkEntry>([
  ...['npm', 'example.com', '*.example.com', 'a.example.com', 'example.com:22'],
  { host: 'example.com' },
  { host: 'example.com', methods: ['GET'], paths: ['/a/**'] },
  { host: 'a.example.com', paths: ['/a/b'], credential: { secret: 'A' } },
])
const levelArbitrary: fc.Arbitrary<ParsedPolicy> = fc
  .record({
    isolation: optional(fc.constantFrom(...isolationClasses)),
    network: optional(hosts),
    models: optional(fc.subarray(['gpt-5', 'gpt-5*', 'gpt-*', 'o3'], { minLength: 1 })),
    setup: optional(fc.record({ network: optional(hosts), secrets: optional(fc.subarray(['A', 'B'])) })),
    limits: optional(fc.record({ minutes: optional(fc.integer({ min: 1, max: 360 })) })),
    triggers: optional(fc.record({ permission: optional(fc.constantFrom('read', 'triage', 'write', 'admin')) })),
    handoff: optional(fc.record({ draft: optional(fc.boolean()), ci: optional(fc.constantFrom('run', 'skip')) })),
    gates: optional(fc.record({ protected: optional(fc.subarray(['a', 'b'])) })),
  })
  .map((file) => ({ name: 'level', file: file satisfies PolicyFile, lineOf: () => null }))

/** What a level above has set must still hold with the repository's own level added. */
function isNarrower(policy: Policy, above: Policy, { operator, organisation }: PolicyLevels): boolean {
  const set = <T>(pick: (file: PolicyFile) => T | undefined) =>
    [operator, organisation].some((level) => level !== null && pick(level.file) !== undefined)
  const within = (list: readonly NetworkEntry[], outer: readonly NetworkEntry[]) =>
    list.every((entry) => outer.some((allowed) => coversNetwork(allowed, entry)))
  const isPart = (list: readonly string[], outer: readonly string[]) => list.every((entry) => outer.includes(entry))
  return (
    (!set((file) => file.limits?.minutes) || policy.limits.wallMs <= above.limits.wallMs) &&
    isolationClasses.indexOf(policy.isolation) >= isolationClasses.indexOf(above.isolation) &&
    permissions.indexOf(policy.triggers.permission) >= permissions.indexOf(above.triggers.permission) &&
    (above.models === undefined || policy.models?.every((name) => coversModel(above.models ?? [], name)) === true) &&
    (!set((file) => file.network) || within(policy.network, above.network)) &&
    (!set((file) => file.setup?.network) || within(policy.setup.network ?? [], above.setup.network ?? [])) &&
    (!set((file) => file.setup?.secrets) || isPart(policy.setup.secrets, above.setup.secrets)) &&
    (!set((file) => file.handoff?.draft) || policy.handoff.draft || !above.handoff.draft) &&
    (!set((file) => file.handoff?.ci) || policy.handoff.ci === 'skip' || above.handoff.ci === 'run') &&
    (!set((file) => file.gates?.protected) || isPart(above.gates.protected, policy.gates.protected))
  )
}
