import { describe, expect, it } from 'vitest'
import { leastIsolation } from '../../../../app/repo-policy/operator/least-isolation.ts'
import { operatorFileSchema } from '../../../../app/repo-policy/operator/operator-schema.ts'
import type { RepositoryTraits } from '../../../../app/repo-policy/rules/fits-condition.ts'

const { isolation } = operatorFileSchema.parse({
  isolation: {
    least: 'process',
    rules: [
      { visibility: 'internal', least: 'container' },
      { visibility: 'private', least: 'gvisor' },
      { name: 'acme/pay-*', least: 'microvm' },
      { topic: 'regulated', least: 'microvm' },
      { property: { 'data-class': 'secret' }, least: 'microvm' },
      { visibility: 'public', topic: 'experimental', least: 'container' },
    ],
  },
})

const known: RepositoryTraits = {
  fullName: 'acme/website',
  nameIsProven: true,
  visibility: 'public',
  topics: ['web'],
  properties: { 'data-class': 'open', tier: null },
}

describe('the least isolation of a repository', () => {
  it.each([
    ['one that no rule is for', {}, 'process'],
    ['a private one', { visibility: 'private' }, 'gvisor'],
    ['an internal one', { visibility: 'internal' }, 'container'],
    ['one by its name', { fullName: 'acme/pay-roll' }, 'microvm'],
    ['one by its name in another case', { fullName: 'ACME/Pay-Roll' }, 'microvm'],
    ['one of another owner with the same name', { fullName: 'evil/pay-roll' }, 'process'],
    ['one whose owner only ends like it', { fullName: 'xacme/pay-roll' }, 'process'],
    ['one with the topic', { topics: ['web', 'regulated'] }, 'microvm'],
    ['one with the property', { properties: { 'data-class': 'secret' } }, 'microvm'],
    ['one with the property among several values', { properties: { 'data-class': ['open', 'secret'] } }, 'microvm'],
    ['one that two rules are for: the stricter counts', { visibility: 'private', topics: ['regulated'] }, 'microvm'],
    ['one that has all of a rule’s conditions', { topics: ['experimental'] }, 'container'],
  ] satisfies [string, Partial<RepositoryTraits>, string][])('%s', (_name, traits, expected) => {
    expect(leastIsolation(isolation, { ...known, ...traits })).toBe(expected)
  })

  it.each([
    ['its visibility', { visibility: null }, 'gvisor'],
    ['its topics', { topics: null }, 'microvm'],
    ['its properties', { properties: null }, 'microvm'],
    ['that its name is its own', { nameIsProven: false }, 'microvm'],
  ] satisfies [string, Partial<RepositoryTraits>, string][])(
    'is the strictest that could be meant where nobody knows %s',
    (_name, traits, expected) => {
      expect(leastIsolation(isolation, { ...known, ...traits })).toBe(expected)
    },
  )
})
