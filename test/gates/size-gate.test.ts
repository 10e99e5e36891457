import { describe, expect, it } from 'vitest'
import { sizeGate, sizeLimits } from '../../worker/gates/size-gate.ts'
import { added, changed, verdictsOf } from './gate-input.ts'

const lines = (count: number, width = 10) => `${'x'.repeat(width - 1)}\n`.repeat(count)

describe('sizeGate', () => {
  it.each([
    ['a file that GitHub would not show', [added('a.txt', lines(51, 10_000))], ['large-file hold']],
    ['a binary that is as large', [added('a.bin', new Uint8Array(sizeLimits.fileBytes + 1))], ['large-file hold']],
    [
      'too many files',
      Array.from({ length: sizeLimits.files + 1 }, (_none, index) => added(`f${index}`, 'x')),
      ['many-files hold'],
    ],
    ['too many lines', [added('a', lines(12_000)), added('b', lines(12_000))], ['many-lines hold']],
    ['too many bytes', ['a', 'b', 'c'].map((path) => added(path, lines(400, 1000))), ['many-bytes hold']],
  ])('holds %s', async (_what, files, expected) => {
    expect(await verdictsOf(sizeGate, files)).toEqual(expected)
  })

  it('is quiet about a change of one line in a large file, a deletion of it, and many small changes', async () => {
    const large = lines(60, 10_000)
    const small = Array.from({ length: sizeLimits.files - 2 }, (_none, index) => added(`f${index}`, 'x\n'))

    expect(
      await verdictsOf(sizeGate, [changed('a', large, `${large}y\n`), changed('b', large, null), ...small]),
    ).toEqual([])
  })
})
