import { describe, expect, it } from 'vitest'
import { type Aim, type Figure, isMet, ratioOf } from '../../bench/figure.ts'
import { summariseNumbers } from '../../bench/measure.ts'
import { jsonOf, tableOf } from '../../bench/print.ts'

const figure = (ours: readonly number[], other: readonly number[] | null, aim: Aim | null): Figure => ({
  what: 'start',
  unit: 'ms',
  ours: summariseNumbers(ours),
  other: other === null ? null : { name: 'bwrap', summary: summariseNumbers(other) },
  aim,
})
const atMostThree: Aim = { of: 'ratio', is: 'at most', bound: 3 }

describe('a figure', () => {
  it('is ours as a multiple of the other one', () => {
    expect(ratioOf(figure([10, 20, 90], [10], null))).toBe(2)
  })

  it('has met an aim that it just reaches, in either direction', () => {
    expect(isMet(figure([30], [10], atMostThree))).toBe(true)
    expect(isMet(figure([31], [10], atMostThree))).toBe(false)
    expect(isMet(figure([7], [10], { of: 'ratio', is: 'at least', bound: 0.7 }))).toBe(true)
    expect(isMet(figure([6], [10], { of: 'ratio', is: 'at least', bound: 0.7 }))).toBe(false)
  })

  it('is judged by its 99th percentile where the aim says so', () => {
    const mostlyQuick = [...Array.from({ length: 90 }, () => 1), ...Array.from({ length: 10 }, () => 400)]

    expect(isMet(figure(mostlyQuick, null, { of: 'p99', is: 'at most', bound: 250 }))).toBe(false)
    expect(isMet(figure(mostlyQuick, null, { of: 'median', is: 'at most', bound: 250 }))).toBe(true)
  })

  it('has not met an aim that compares it with nothing', () => {
    expect(isMet(figure([1], null, atMostThree))).toBe(false)
  })

  it('without an aim is neither met nor missed', () => {
    expect(isMet(figure([1], [1], null))).toBeNull()
  })
})

describe('the result', () => {
  it('as a table says what was missed', () => {
    const [, met, missed] = tableOf([figure([10], [10], atMostThree), figure([40], [10], atMostThree)]).split('\n')

    expect(met).toContain('1.00 ×  at most 3 ×  met')
    expect(missed).toContain('4.00 ×  at most 3 ×  NOT MET')
  })

  it('as JSON holds ratio and verdict beside what was measured', () => {
    const parsed: unknown = JSON.parse(jsonOf([{ bench: 'sandbox-start', figures: [figure([40], [10], atMostThree)] }]))

    expect(parsed).toMatchObject([{ bench: 'sandbox-start', figures: [{ ratio: 4, met: false, ours: { n: 1 } }] }])
  })
})
