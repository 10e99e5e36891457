import { expect, test } from 'vitest'
import { parsePolicy } from '../../../app/repo-policy/parse-policy.ts'
import { resolvePolicy } from '../../../app/repo-policy/resolve-policy.ts'

type Word = 'load' | 'ignore' | undefined

function resolve(operator: Word, organisation: Word, repository: Word) {
  const level = (name: string, word: Word) => {
    if (word === undefined) return null
    const parsed = parsePolicy(`agent-settings: ${word}\n`, name)
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
    return parsed.policy
  }
  const result = resolvePolicy({
    operator: level('operator', operator),
    organisation: level('organisation', organisation),
    repository: level('repository', repository),
  })
  return result.ok ? (result.policy.agentSettings ?? 'unset') : result.problems
}

test('settings of a repository are not loaded unless somebody says so', () => {
  expect(resolve(undefined, undefined, undefined)).toBe('unset')
})

test('a repository cannot open itself: nobody above it says load', () => {
  expect(resolve(undefined, undefined, 'load')).toEqual([
    {
      file: 'repository',
      path: 'agent-settings',
      line: 1,
      message: 'load is for the organisation to allow: neither the organisation nor the operator says so',
    },
  ])
})

test.each<[Word, Word, Word]>([
  ['ignore', 'load', undefined],
  ['ignore', undefined, 'load'],
  [undefined, 'ignore', 'load'],
  ['load', 'ignore', 'load'],
])('nor past a level that ignores: operator %s, organisation %s, repository %s', (...levels) => {
  expect(resolve(...levels)).toMatchObject([{ path: 'agent-settings' }])
})

test.each<[Word, Word, Word, string]>([
  [undefined, 'load', 'load', 'load'],
  [undefined, 'load', undefined, 'load'],
  ['load', undefined, 'load', 'load'],
  [undefined, 'load', 'ignore', 'ignore'],
])('control: operator %s, organisation %s, repository %s make it %s', (operator, organisation, repository, policy) => {
  expect(resolve(operator, organisation, repository)).toBe(policy)
})
