import { describe, expect, it } from 'vitest'
import { evaluatePolicy } from '../../../app/repo-policy/evaluate-policy.ts'
import { defaultOperatorPolicy, parseOperatorPolicy } from '../../../app/repo-policy/operator/operator-policy.ts'

const gibibyte = 1024 ** 3
const traits = {
  fullName: 'acme/widget',
  nameIsProven: true,
  visibility: 'private',
  topics: [],
  properties: {},
} as const
const text = (value: string | undefined) =>
  value === undefined ? ({ kind: 'none' } as const) : ({ kind: 'text', text: value } as const)

function evaluate(repository: string, organisation?: string, operator = defaultOperatorPolicy) {
  return evaluatePolicy(operator, { organisation: text(organisation), repository: text(repository) }, traits)
}

function policyOf(...args: Parameters<typeof evaluate>) {
  const result = evaluate(...args)
  if (!result.ok) throw new Error(JSON.stringify(result.problems))
  return result.policy
}

describe('a profile', () => {
  it('sets network and limits together', () => {
    const strict = policyOf('profile: strict')
    const moderate = policyOf('profile: moderate\nnetwork: [npm]')

    expect(strict).toMatchObject({ profile: 'strict', network: [], setup: { network: [] } })
    expect(strict.limits).toMatchObject({ cpus: 2, memoryBytes: 4 * gibibyte })
    expect(moderate).toMatchObject({ profile: 'moderate', network: ['npm'] })
    expect(moderate.limits).toMatchObject({ cpus: 4, memoryBytes: 8 * gibibyte })
  })

  it('is narrowed by the other keys', () => {
    const policy = policyOf('profile: moderate\nlimits: { cpus: 1, memory: 1g }')

    expect(policy.limits).toMatchObject({ cpus: 1, memoryBytes: gibibyte })
  })

  it.each([
    ['profile: strict\nnetwork: [npm]', 'network', 2],
    ['profile: strict\nsetup:\n  network: [npm]', 'setup.network', 3],
  ])('is not widened by a list of hosts: %j', (repository, path, line) => {
    const result = evaluate(repository)

    expect(result).toMatchObject({ ok: false, problems: [{ file: '.github/airlock.yml', path, line }] })
    expect(JSON.stringify(result)).toContain('profile strict')
  })

  it('is not widened by larger limits', () => {
    const policy = policyOf('profile: strict\nlimits: { cpus: 64, memory: 64g }')

    expect(policy.limits).toMatchObject({ cpus: 2, memoryBytes: 4 * gibibyte })
  })

  it('of an organisation holds for its repositories, which may choose a stricter one', () => {
    const policy = policyOf('profile: strict', 'profile: moderate\nnetwork: [npm]')

    expect(policy).toMatchObject({ profile: 'strict', network: [] })
    expect(evaluate('network: [npm]', 'profile: strict')).toMatchObject({ ok: false })
  })

  it('of a repository is never laxer than its organisation’s', () => {
    const result = evaluate('agent: claude\nprofile: moderate', 'profile: strict')

    expect(result).toMatchObject({
      ok: false,
      problems: [{ file: '.github/airlock.yml', path: 'profile', line: 2, message: expect.stringContaining('laxer') }],
    })
  })

  it('permissive is refused unless the operator allows it, and then opens public hosts', () => {
    const operator = parseOperatorPolicy('profiles: [strict, moderate, permissive]', 'operator.yml')
    if (!operator.ok) throw new Error(JSON.stringify(operator.problems))

    const refused = evaluate('profile: permissive')
    const allowed = policyOf('profile: permissive', undefined, operator.policy)
    const narrowed = policyOf('profile: permissive\nnetwork: [npm]', undefined, operator.policy)
    const bounded = evaluate('profile: permissive', 'network: [npm]', operator.policy)

    expect(refused).toMatchObject({ ok: false, problems: [{ path: 'profile', line: 1 }] })
    expect(allowed).toMatchObject({ network: ['*'], setup: { network: ['*'] } })
    expect(narrowed.network).toEqual(['npm'])
    expect(bounded).toMatchObject({ ok: false, problems: [{ path: 'network', line: 1 }] })
  })

  it('is the only way to say any public host', () => {
    expect(evaluate('network: ["*"]')).toMatchObject({ ok: false, problems: [{ path: 'network[0]', line: 1 }] })
  })
})
