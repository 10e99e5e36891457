import { describe, expect, it } from 'vitest'
import { brokenPolicyComment, policyComment } from '../../../app/replies/policy-comment.ts'

const digest = 'd'.repeat(64)
const at = { commit: 'c'.repeat(40), digest }

describe('the answer to why', () => {
  it('has a row for each value with its file and line', () => {
    const values = [
      { key: 'agent', value: 'claude', from: [] },
      { key: 'limits.minutes', value: 5, from: [{ level: 'repository', file: '.github/airlock.yml', line: 3 }] },
      { key: 'network', value: [], from: [{ level: 'operator', file: 'policy.yml', line: 7 }] },
    ] as const

    const text = policyComment('job0000001', { ...at, values })

    expect(text).toContain('at cccccccccccc:')
    expect(text).toContain('| agent | claude | default |')
    expect(text).toContain('| limits.minutes | 5 | .github/airlock.yml:3 |')
    expect(text).toContain('| network | none | policy.yml:7 of the operator |')
  })

  it('calls nobody, breaks no table and shows no picture, whatever a policy says', () => {
    const value = ['@acme/all', 'a | b', '![x](https://example.com/x.png)', { host: 'x.example', paths: ['/<img>'] }]

    const text = policyComment('job0000001', { ...at, values: [{ key: 'setup.run', value, from: [] }] })

    expect(text).not.toContain('@acme')
    expect(text).not.toContain('![x](')
    expect(text).not.toContain('<img>')
    expect(
      text
        .split('\n')
        .find((line) => line.includes('setup.run'))
        ?.match(/(?<!\\)\|/g),
    ).toHaveLength(4)
  })

  it('is short, however long the policy is', () => {
    const values = Array.from({ length: 40 }, (_, index) => ({
      ...{ key: `key-${index}`, value: 'x'.repeat(100_000), from: [] },
    }))

    expect(policyComment('job0000001', { ...at, values }).length).toBeLessThan(60_000)
  })
})

it('names each problem of a policy that cannot be used, with its place', () => {
  const text = brokenPolicyComment('job0000001', [
    { file: '.github/airlock.yml', path: 'limits.minuets', line: 2, message: 'unknown key @ada' },
  ])

  expect(text).toContain('no job starts')
  expect(text).toContain('.github/airlock.yml:2: limits.minuets: unknown key')
  expect(text).not.toContain('@ada')
})
