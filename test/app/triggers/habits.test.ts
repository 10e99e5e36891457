import { describe, expect, it } from 'vitest'
import { defaultPolicy } from '../../../app/repo-policy/default-policy.ts'
import { habitOf } from '../../../app/triggers/habit-of.ts'
import { sortingFor } from '../../../app/triggers/sorting.ts'

const six = (title: string) => Array.from({ length: 6 }, () => title)

describe('habitOf', () => {
  it('sees Conventional Commits where most are, and does not count what git wrote', () => {
    expect(habitOf([...six('fix(parser): read it'), 'wip', 'wip'])).toBe('conventional')
    expect(habitOf([...six('feat!: x'), ...six('Merge pull request #1 from x')])).toBe('conventional')
  })

  it.each([
    ['in other words', six('Mend the parser')],
    ['by half of them', [...six('fix: x'), ...six('Mend it')]],
    ['in too few', ['fix: x', 'fix: y']],
    ['with a word that is no type', six('parser: read it')],
    ['at all', []],
  ])('sees none %s', (_what, titles) => {
    expect(habitOf(titles)).toBeNull()
  })
})

describe('labels that a pull request takes over of its issue', () => {
  const taken = (labels: string[]) => sortingFor({ labels, milestone: 3 }, defaultPolicy)

  it('are those that sort', () => {
    const labels = ['bug', 'enhancement', 'good first issue', 'area/parser', 'P1']

    expect(taken(labels)).toEqual({ labels, milestone: 3 })
  })

  it.each([
    'automerge',
    'auto-merge',
    'safe to test',
    'ok-to-test',
    'deploy:preview',
    'lgtm',
    'approved',
    'run e2e',
    'skip-ci',
    'release',
  ])('are not those by which somebody who may only label has a robot act: %s', (label) => {
    expect(taken([label, 'bug']).labels).toEqual(['bug'])
  })

  it.each(['airlock', 'airlock:codex'])('are not ours: %s', (label) => {
    expect(taken([label, 'bug']).labels).toEqual(['bug'])
  })
})
