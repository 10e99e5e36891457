import { describe, expect, it } from 'vitest'
import { evaluatePolicy } from '../../../app/repo-policy/evaluate-policy.ts'
import { defaultOperatorPolicy, parseOperatorPolicy } from '../../../app/repo-policy/operator/operator-policy.ts'
import type { RepositoryTraits } from '../../../app/repo-policy/rules/fits-condition.ts'
import type { Policy } from '../../../worker/contract/index.ts'

const traits: RepositoryTraits = {
  fullName: 'acme/pay-roll',
  nameIsProven: true,
  visibility: 'private',
  topics: ['regulated'],
  properties: { tier: 'gold', areas: ['web', 'pay'] },
  asker: { kind: 'known', teams: ['platform'] },
}

interface Given {
  readonly organisation?: string
  readonly repository?: string
  readonly operator?: string
  readonly traits?: Partial<RepositoryTraits>
}

function evaluate({ organisation, repository, operator, traits: other }: Given) {
  const text = (written: string | undefined) =>
    written === undefined ? ({ kind: 'none' } as const) : ({ kind: 'text', text: written } as const)
  const parsed = operator === undefined ? null : parseOperatorPolicy(operator, 'operator.yml')
  if (parsed?.ok === false) throw new Error(JSON.stringify(parsed.problems))
  const texts = { organisation: text(organisation), repository: text(repository) }
  return evaluatePolicy(parsed?.policy ?? defaultOperatorPolicy, texts, { ...traits, ...other })
}

function evaluated(given: Given): Policy {
  const result = evaluate(given)
  if (!result.ok) throw new Error(JSON.stringify(result.problems))
  return result.policy
}

const ruleOf = (condition: string) => `rules: [{ ${condition}, limits: { minutes: 7 } }]`
const holds = (given: Given) => evaluated(given).limits.wallMs === 7 * 60_000

describe('a rule of an organisation', () => {
  it.each([
    ['visibility', 'when: { visibility: private }', 'when: { visibility: public }'],
    ['name', 'when: { name: "ACME/pay-*" }', 'when: { name: "acme/web-*" }'],
    ['topic', 'when: { topic: regulated }', 'when: { topic: open }'],
    ['a property', 'when: { property: { tier: gold } }', 'when: { property: { tier: lead } }'],
    ['a property that is a list', 'when: { property: { areas: pay } }', 'when: { property: { areas: shop } }'],
    ['a property that nobody set', 'unless: { property: { nobody: set } }', 'when: { property: { nobody: set } }'],
    ['the team of whoever asks', 'when: { team: platform }', 'when: { team: security }'],
    ['what is not so', 'unless: { team: security }', 'unless: { team: platform }'],
    ['all of its conditions', 'when: { topic: regulated, team: platform }', 'when: { topic: regulated, team: other }'],
    [
      'both sides',
      'when: { topic: regulated }, unless: { team: x }',
      'when: { topic: regulated }, unless: { team: platform }',
    ],
  ])('holds by %s, and not where that is another', (_name, fitting, other) => {
    expect(holds({ organisation: ruleOf(fitting) })).toBe(true)
    expect(holds({ organisation: ruleOf(other) })).toBe(false)
  })

  it.each([
    ['its visibility', { visibility: null }, 'when: { visibility: public }', 'unless: { visibility: private }'],
    ['its topics', { topics: null }, 'when: { topic: open }', 'unless: { topic: regulated }'],
    ['its properties', { properties: null }, 'when: { property: { a: b } }', 'unless: { property: { tier: gold } }'],
    ['that its name is its own', { nameIsProven: false }, 'when: { name: "a/b" }', 'unless: { name: "acme/*" }'],
  ] satisfies [string, Partial<RepositoryTraits>, string, string][])(
    'holds where nobody knows %s: it may be the very thing that the rule is for',
    (_name, unknown, when, unless) => {
      expect(holds({ organisation: ruleOf(when), traits: unknown })).toBe(true)
      expect(holds({ organisation: ruleOf(unless), traits: unknown })).toBe(true)
    },
  )

  it('bounds the repository: what it may not widen is refused with the rule that says so', () => {
    const organisation = 'rules:\n  - when: { topic: regulated }\n    network: [npm]\n'

    const refused = evaluate({ organisation, repository: 'agent: pi\nnetwork: [npm, example.com]\n' })
    const control = evaluate({ organisation, repository: 'network: [npm, example.com]', traits: { topics: [] } })

    expect(refused).toMatchObject({
      ok: false,
      problems: [
        {
          file: '.github/airlock.yml',
          line: 2,
          message: expect.stringContaining('rules[0] of airlock.yml of the organisation'),
        },
      ],
    })
    expect(control.ok).toBe(true)
  })

  it('sets who may ask and approve, which agents and models, isolation, secrets, gates and budgets', () => {
    const policy = evaluated({
      organisation: `
        setup: { secrets: [NPM_TOKEN, DEPLOY] }
        rules:
          - when: { visibility: private }
            triggers: { permission: maintain, teams: [platform, web] }
            approvals: { own: false, permission: admin, teams: [platform] }
            agents: [codex]
            models: ["gpt-*"]
            model: gpt-5
            isolation: gvisor
            setup: { secrets: [NPM_TOKEN], network: [npm] }
            network: []
            gates: { protected: ["deploy/**"], licenses: { deny-licenses: [GPL-3.0-only] }, suppress-by: organisation }
            budgets: { person: 5, repository: 20 }`,
    })

    expect(policy).toMatchObject({
      triggers: { permission: 'maintain', teams: ['platform', 'web'] },
      approvals: { own: false, permission: 'admin', teams: ['platform'] },
      agent: 'codex',
      agents: ['codex'],
      model: 'gpt-5',
      models: ['gpt-*'],
      isolation: 'gvisor',
      setup: { secrets: ['NPM_TOKEN'], network: ['npm'] },
      network: [],
      gates: { protected: ['deploy/**'], licenses: { deny: ['GPL-3.0-only'] }, suppressBy: 'organisation' },
      budgets: { personUsd: 5, repositoryUsd: 20 },
    })
  })

  it('of two that hold, what both allow is allowed', () => {
    const policy = evaluated({
      organisation: `
        rules:
          - { network: [npm, "*.example.com"], agents: [claude, codex], triggers: { teams: [a, b] }, models: ["gpt-*"] }
          - { network: [a.example.com, pypi], agents: [codex, pi], triggers: { teams: [b, c] }, models: [gpt-5] }`,
    })

    expect(policy.network).toEqual(['a.example.com'])
    expect(policy.agents).toEqual(['codex'])
    expect(policy.triggers.teams).toEqual(['b'])
    expect(policy.models).toEqual(['gpt-5'])
  })

  it('of two that hold and leave no agent, neither is chosen: it is refused', () => {
    const organisation = 'rules:\n  - { agents: [claude] }\n  - { agents: [pi] }\n'

    expect(evaluate({ organisation })).toMatchObject({ ok: false, problems: [{ path: 'rules[1].agents', line: 3 }] })
  })

  it('cannot widen its own file, also where it does not hold', () => {
    const organisation = 'network: [npm]\nrules:\n  - when: { visibility: public }\n    network: [npm, pypi]\n'

    expect(evaluate({ organisation })).toMatchObject({
      ok: false,
      problems: [{ path: 'rules[0].network', line: 4, message: expect.stringContaining('pypi is not allowed') }],
    })
  })

  it('cannot exempt a package from a gate', () => {
    const organisation = 'rules:\n  - gates: { licenses: { allow-dependencies-licenses: ["pkg:npm/a"] } }\n'

    expect(evaluate({ organisation })).toMatchObject({ ok: false, problems: [{ line: 2 }] })
  })

  it('of the operator stands above the organisation', () => {
    const operator = 'policy: { rules: [{ when: { topic: regulated }, triggers: { permission: admin } }] }'

    expect(evaluated({ operator, organisation: 'triggers: { permission: write }' }).triggers.permission).toBe('admin')
    expect(evaluated({ operator, traits: { topics: [] } }).triggers.permission).toBe('write')
  })
})

describe('a rule by team', () => {
  const organisation = 'rules:\n  - unless: { team: platform }\n    agents: [claude]\n'

  it('has jobs refused where it cannot be learnt who is in a team, with its line and the reason', () => {
    const asker = { kind: 'unknown', why: 'the App needs "Members: read"' } as const

    expect(evaluate({ organisation, traits: { asker } })).toMatchObject({
      ok: false,
      problems: [{ path: 'rules[0].unless.team', line: 2, message: 'the App needs "Members: read"' }],
    })
  })

  it('counts where nobody in particular asks', () => {
    const { asker: _, ...nobody } = traits
    const texts = { organisation: { kind: 'text', text: organisation }, repository: { kind: 'none' } } as const

    expect(evaluatePolicy(defaultOperatorPolicy, texts, nobody)).toMatchObject({ policy: { agents: ['claude'] } })
  })
})

describe('teams that may', () => {
  it.each([
    ['triggers: { teams: [a] }', 'triggers: { teams: [a, b] }', 'triggers.teams'],
    ['triggers: { teams: [] }', 'triggers: { teams: [b] }', 'triggers.teams'],
    ['approvals: { teams: [a] }', 'approvals: { teams: [b] }', 'approvals.teams'],
    ['triggers: { teams: [a] }', 'approvals: { teams: [b] }', 'approvals.teams'],
  ])('above are %s: %s below is refused', (organisation, repository, path) => {
    expect(evaluate({ organisation, repository })).toMatchObject({ ok: false, problems: [{ path, line: 1 }] })
  })

  it('are narrowed by a repository', () => {
    const policy = evaluated({ organisation: 'triggers: { teams: [a, b] }', repository: 'triggers: { teams: [b] }' })

    expect(policy.triggers.teams).toEqual(['b'])
  })

  it('may approve who may ask, unless others are named beside them', () => {
    const organisation = 'triggers: { teams: [a] }\napprovals: { teams: [security] }\n'

    expect(evaluated({ organisation }).approvals).toMatchObject({ teams: ['security'] })
  })
})
