import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLineSplitter } from '../../worker/pipeline/line-splitter.ts'
import { createOutputTail } from '../../worker/pipeline/output-tail.ts'
import { createRedactor } from '../../worker/pipeline/redactor.ts'

describe('createLineSplitter', () => {
  it('gives the same lines however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.array(fc.nat(40)), (parts, cuts) => {
        const lines: string[] = []
        const bytes = Buffer.from(parts.map((part) => `${part.replaceAll('\n', '')}\n`).join(''))
        const splitter = createLineSplitter((line) => lines.push(line))

        let at = 0
        for (const cut of cuts) {
          splitter.push(bytes.subarray(at, at + cut))
          at += cut
        }
        splitter.push(bytes.subarray(at))

        expect(lines).toEqual(bytes.toString('utf8').split('\n').slice(0, -1))
      }),
    )
  })

  it('drops a line of more than 4 MiB whole, and goes on with the next', () => {
    const lines: string[] = []
    const splitter = createLineSplitter((line) => lines.push(line))

    for (let index = 0; index < 5; index += 1) splitter.push(Buffer.alloc(1024 * 1024, 'x'))
    splitter.push(Buffer.from('\nnext\n'))

    expect(lines).toEqual(['next'])
  })
})

describe('createOutputTail', () => {
  it('keeps the end, and none of what would act on a terminal', () => {
    const tail = createOutputTail()

    tail.push(Buffer.alloc(100_000, 'x'))
    tail.push(Buffer.from('\u001b[31mred\u001b[0m \u001b]52;c;ZXZpbA==\u0007end\u0000\n'))

    expect(tail.text()).toHaveLength(4096 - '\u001b[31m\u001b[0m\u001b]52;c;ZXZpbA==\u0007\u0000'.length)
    expect(tail.text().endsWith('xred end\n')).toBe(true)
  })
})

describe('createRedactor', () => {
  it('takes a secret out of text and out of JSON at any depth, keys included', () => {
    const redactor = createRedactor()
    redactor.learn(new Map([['TOKEN', 'p@ss word/1']]))

    expect(redactor.text('a p@ss word/1 and p%40ss%20word%2F1')).toBe('a [secret TOKEN] and [secret TOKEN]')
    expect(redactor.json({ deep: [{ 'p@ss word/1': Buffer.from('p@ss word/1').toString('hex') }], n: 1 })).toEqual({
      deep: [{ '[secret TOKEN]': '[secret TOKEN]' }],
      n: 1,
    })
  })

  it('is not broken by a secret that is a part of another', () => {
    const redactor = createRedactor()
    redactor.learn(
      new Map([
        ['SHORT', 'abcd'],
        ['LONG', 'abcdefgh'],
      ]),
    )

    expect(redactor.text('abcdefgh abcd')).toBe('[secret LONG] [secret SHORT]')
  })
})
