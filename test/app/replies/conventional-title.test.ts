import { describe, expect, it } from 'vitest'
import { conventionalTitle } from '../../../app/replies/conventional-title.ts'

describe('conventionalTitle', () => {
  it.each([
    ['Sum is off by one', ['bug'], 'fix: sum is off by one'],
    ['Sum is off by one', [], 'chore: sum is off by one'],
    ['Fix the sum', [], 'fix: fix the sum'],
    ['Add a flag for JSON', [], 'feat: add a flag for JSON'],
    ['JSON output is cut', ['bug'], 'fix: JSON output is cut'],
    ['Describe the flags', ['documentation'], 'docs: describe the flags'],
    ['feat(cli)!: say more', ['bug'], 'feat(cli)!: say more'],
    ['note: the sum is off', ['bug'], 'note: the sum is off'],
  ])('makes of %j with %j: %j', (title, labels, expected) => {
    expect(conventionalTitle(title, labels)).toBe(expected)
  })
})
