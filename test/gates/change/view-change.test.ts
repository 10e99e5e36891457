import { describe, expect, it } from 'vitest'
import { viewChange } from '../../../worker/gates/change/view-change.ts'
import { added, changed, gateInput } from '../gate-input.ts'

const view = (...files: Parameters<typeof gateInput>[0]) => viewChange(gateInput(files).changeSet)

describe('viewChange', () => {
  it('counts as added only what the file has more often than before, wherever it stands', () => {
    const [file] = view(changed('a.ts', 'one\ntwo\nthree\n', 'three\none\nnew\nnew\ntwo\n'))

    expect(file?.added.map(({ number, text }) => [number, text])).toEqual([
      [3, 'new'],
      [4, 'new'],
    ])
  })

  it('marks lines that left another file of the change as moved, and no more of them than left', () => {
    const [from, to] = view(changed('a.ts', 'kept\nmoves\n', 'kept\n'), added('b.ts', 'moves\nmoves\n'))

    expect(from?.added).toEqual([])
    expect(to?.added.map(({ moved }) => moved)).toEqual([true, false, false])
  })

  it('does not take prose that becomes code for a moved line', () => {
    const files = view(changed('README.md', 'run this\n', ''), added('run.sh', 'run this\n'))

    expect(files.find(({ path }) => path === 'run.sh')?.added[0]).toMatchObject({ text: 'run this', moved: false })
  })

  it('reads UTF-16 as text, and a NUL elsewhere as a binary', () => {
    const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('hidden\n', 'utf16le')])

    const [first, second] = view(added('a.txt', utf16), added('b.bin', new Uint8Array([1, 0, 2])))

    expect(first?.added[0]?.text).toBe('hidden')
    expect(second?.after?.text).toBeNull()
    expect(second?.added).toEqual([])
  })

  it('ends lines at a lone carriage return, which terminals do not show', () => {
    const [file] = view(added('a.sh', 'rm -rf x\rfriendly\r\nlast'))

    expect(file?.added.map(({ number, text }) => [number, text])).toEqual([
      [1, 'rm -rf x'],
      [2, 'friendly'],
      [3, 'last'],
    ])
  })
})
