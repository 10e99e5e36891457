import { describe, expect, it } from 'vitest'
import { findOverlaps } from '../../../app/triggers/find-overlaps.ts'

const ground = { repositoryId: 1, defaultBranch: 'main', botLogin: 'airlock[bot]', issue: 7, fullName: 'octo/repo' }
const theirs = {
  number: 9,
  title: 'Mend the sum',
  open: true,
  author: { login: 'ada', type: 'User' },
  ref: 'feature',
  repositoryId: 1,
  body: '',
}
const ours = { ...theirs, author: { login: 'airlock[bot]', type: 'Bot' }, ref: 'airlock/issue-7-0123456789' }

describe('findOverlaps', () => {
  it.each([
    'Closes #7',
    'It mends it.\n\nfixes: #7.',
    'resolved octo/repo#7',
    'Fix https://github.example.com/octo/repo/issues/7',
    'closes GH-7',
  ])('finds one that says %j', (body) => {
    expect(findOverlaps([{ ...theirs, body }], ground)).toMatchObject([
      { number: 9, title: 'Mend the sum', isOurs: false },
    ])
  })

  it.each([
    'See #7',
    'Closes #77',
    'Closes #17',
    'closes other/repo#7',
    'Closes https://github.example.com/octo/repo/issues/71',
    'closes https://github.example.com/octo/other/issues/7',
    'Closes issue 7',
    '',
  ])('finds none that says %j', (body) => {
    expect(findOverlaps([{ ...theirs, body }], ground)).toEqual([])
  })

  it('finds ours by its branch, whatever its text became, and none that only looks so', () => {
    expect(findOverlaps([ours], ground)).toMatchObject([{ number: 9, title: 'Mend the sum', isOurs: true }])
    expect(findOverlaps([{ ...ours, ref: 'airlock/issue-77-0123456789' }], ground)).toEqual([])
    expect(findOverlaps([{ ...ours, author: theirs.author }], ground)).toEqual([])
    expect(findOverlaps([{ ...ours, repositoryId: 2 }], ground)).toEqual([])
  })

  it('reads a hostile body of the largest size, for which anything but linear work would not end', () => {
    expect(findOverlaps([{ ...theirs, body: 'closes '.repeat(20_000) }], ground)).toEqual([])
    expect(findOverlaps([{ ...theirs, body: `closes ${'.'.repeat(130_000)}` }], ground)).toEqual([])
  })
})
