import { describe, expect, it } from 'vitest'
import { defaultPolicy } from '../../../app/repo-policy/default-policy.ts'
import { policyDigest } from '../../../app/repo-policy/policy-digest.ts'

describe('policyDigest', () => {
  it('is the same however the keys are ordered and whether an absent key is written out', () => {
    const { agent, ...rest } = defaultPolicy
    const reordered = { ...rest, model: undefined, agent }

    expect(policyDigest(reordered)).toBe(policyDigest(defaultPolicy))
    expect(policyDigest(defaultPolicy)).toMatch(/^[0-9a-f]{64}$/)
  })

  it('changes with any value, also deep inside and in the order of a list', () => {
    const limits = { ...defaultPolicy, limits: { ...defaultPolicy.limits, pids: 513 } }
    const one = { ...defaultPolicy, network: ['a', 'b'] }
    const other = { ...defaultPolicy, network: ['b', 'a'] }

    const digests = [defaultPolicy, limits, one, other].map(policyDigest)

    expect(new Set(digests).size).toBe(4)
  })
})
