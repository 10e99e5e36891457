import { describe, expect, it } from 'vitest'
import { evaluatePolicy } from '../../../../app/repo-policy/evaluate-policy.ts'
import { parseOperatorPolicy } from '../../../../app/repo-policy/operator/operator-policy.ts'

const traits = {
  fullName: 'acme/website',
  nameIsProven: true,
  visibility: 'private',
  topics: [],
  properties: {},
} as const

function evaluate(operatorText: string, repository: string) {
  const operator = parseOperatorPolicy(operatorText, '/etc/airlock/operator.yml')
  if (!operator.ok) throw new Error(JSON.stringify(operator.problems))
  return evaluatePolicy(
    operator.policy,
    { organisation: { kind: 'none' }, repository: { kind: 'text', text: repository } },
    traits,
  )
}

function policyOf(...args: Parameters<typeof evaluate>) {
  const result = evaluate(...args)
  if (!result.ok) throw new Error(JSON.stringify(result.problems))
  return result.policy
}

describe('the operator’s bounds', () => {
  it('cut what a repository asks for: 360 minutes and 1,000 USD', () => {
    const greedy =
      'limits: { minutes: 360, memory: 512g, cpus: 256, pids: 65536, disk: 900g, output: 900g, cost-usd: 1000, tokens: 9000 }'

    const unwritten = policyOf('', greedy).limits
    const written = policyOf('maximum: { minutes: 10, cost-usd: 2, cpus: 1, tokens: 500 }', greedy).limits

    expect(unwritten).toMatchObject({
      wallMs: 120 * 60_000,
      costUsd: 50,
      tokens: 9000,
      cpus: 8,
      memoryBytes: 16 * 1024 ** 3,
    })
    expect(written).toMatchObject({ wallMs: 10 * 60_000, costUsd: 2, cpus: 1, tokens: 500 })
  })

  it('leave what is narrower, and raise no default', () => {
    expect(policyOf('maximum: { minutes: 100 }', 'limits: { minutes: 5 }').limits.wallMs).toBe(5 * 60_000)
    expect(policyOf('maximum: { minutes: 100 }', '').limits.wallMs).toBe(30 * 60_000)
  })

  it('raise the isolation by their rules, and the image with it', () => {
    const operator = 'isolation: { rules: [{ visibility: private, least: gvisor }] }'

    expect(policyOf(operator, '')).toMatchObject({ isolation: 'gvisor', image: 'base' })
    expect(policyOf(operator, 'isolation: process\nimage: host')).toMatchObject({ isolation: 'gvisor', image: 'host' })
    expect(policyOf(operator, 'isolation: microvm')).toMatchObject({ isolation: 'microvm' })
    expect(policyOf('', '')).toMatchObject({ isolation: 'process', image: 'host' })
  })

  it.each([
    ['images: [base, agents]', 'agent: claude\nimage: host', 'image', 2],
    ['agents: [codex]', 'agent: claude', 'agent', 1],
    ['profiles: [strict]', 'profile: moderate', 'profile', 1],
  ])('%s refuses %j with the line that asks', (operator, repository, path, line) => {
    expect(evaluate(operator, repository)).toMatchObject({
      ok: false,
      problems: [{ file: '.github/airlock.yml', path, line, message: expect.stringContaining('operator.yml') }],
    })
  })

  it('give a silent policy the first image and agent of their lists', () => {
    expect(policyOf('images: [agents]\nagents: [codex, pi]', '')).toMatchObject({ image: 'agents', agent: 'codex' })
  })

  it('stand above an organisation and a repository with an airlock.yml of their own', () => {
    const operator = 'policy: { network: [npm], triggers: { permission: admin } }'

    expect(policyOf(operator, 'triggers: { permission: write }').triggers.permission).toBe('admin')
    expect(evaluate(operator, 'network: [pypi]')).toMatchObject({ ok: false, problems: [{ path: 'network' }] })
  })
})

describe('an accepted weaker class', () => {
  const entry = '{ repository: "acme/*", isolation: container, reason: "gVisor comes in spring" }'

  it('is named by the digest of what the operator wrote', () => {
    const policy = policyOf(`accept-weaker: [${entry}]`, 'isolation: gvisor')
    const other = policyOf(`accept-weaker: [${entry.replace('spring', 'summer')}]`, 'isolation: gvisor')

    expect(policy.isolation).toBe('gvisor')
    expect(policy.acceptedWeaker).toEqual({
      isolation: 'container',
      reason: 'gVisor comes in spring',
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    expect(other.acceptedWeaker?.digest).not.toBe(policy.acceptedWeaker?.digest)
  })

  it('has its last day, which is part of what is named', () => {
    const dated = policyOf(`accept-weaker: [${entry.replace('{ ', '{ until: 2027-03-31, ')}]`, 'isolation: gvisor')
    const undated = policyOf(`accept-weaker: [${entry}]`, 'isolation: gvisor')

    expect(dated.acceptedWeaker?.until).toBe('2027-03-31')
    expect(dated.acceptedWeaker?.digest).not.toBe(undated.acceptedWeaker?.digest)
  })

  it.each([
    ['of another repository', `accept-weaker: [${entry.replace('acme/*', 'other/*')}]`, 'isolation: gvisor'],
    ['that is no weaker than what is asked for', `accept-weaker: [${entry}]`, 'isolation: container'],
    ['that nobody wrote', '', 'isolation: gvisor'],
  ])('is none: %s', (_name, operator, repository) => {
    expect(policyOf(operator, repository)).not.toHaveProperty('acceptedWeaker')
  })

  it('cannot be written by a repository', () => {
    expect(evaluate('', `accept-weaker: [${entry}]`)).toMatchObject({
      ok: false,
      problems: [{ path: 'accept-weaker' }],
    })
  })
})
