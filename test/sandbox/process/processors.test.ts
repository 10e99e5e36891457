import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseProcessors } from '../../../worker/sandbox/process/processors.ts'

const status = (mask: string) => `Name:\tnode\nCpus_allowed:\t${mask}\nCpus_allowed_list:\t?\n`

describe('the processors of a process', () => {
  it.each([
    ['1', { count: 1, mask: '01000000' }],
    ['3', { count: 2, mask: '03000000' }],
    ['ff0', { count: 8, mask: 'f00f0000' }],
    ['1,80000000', { count: 2, mask: '0000008001000000' }],
    ['00000000,00000001,00000002,00000000', { count: 2, mask: '00000000020000000100000000000000' }],
  ])('are read out of %s, the lowest first', (text, expected) => {
    expect(parseProcessors(status(text))).toEqual(expected)
  })

  it('are unknown where the kernel does not say', () => {
    expect(parseProcessors('Name:\tnode\n')).toBeNull()
    expect(parseProcessors(status('x'))).toBeNull()
  })

  it('are at least one here', () => {
    expect(parseProcessors(readFileSync('/proc/self/status', 'utf8'))?.count).toBeGreaterThan(0)
  })
})
