import { describe, expect, it } from 'vitest'
import { interleave, quantile, type Sample, summarise, summariseNumbers } from '../../bench/measure.ts'

describe('a summary', () => {
  it('has the middle of an odd number of values as its median, in whatever order they came', () => {
    expect(summariseNumbers([9, 1, 5]).median).toBe(5)
  })

  it('has the mean of the two in the middle as the median of an even number', () => {
    expect(summariseNumbers([4, 1, 3, 2]).median).toBe(2.5)
  })

  it('tells the middle half and the 99th percentile', () => {
    const hundredAndOne = Array.from({ length: 101 }, (_, index) => index)

    expect(summariseNumbers(hundredAndOne)).toEqual({ n: 101, median: 50, low: 25, high: 75, p99: 99 })
  })

  it('is moved by one wild value in its 99th percentile, and not in its median', () => {
    const { median, p99 } = summariseNumbers([1, 1, 1, 1, 1, 1, 1, 1, 1, 1000])

    expect(median).toBe(1)
    expect(p99).toBeGreaterThan(500)
  })

  it('takes one metric of the samples that have it', () => {
    const samples: readonly Sample[] = [{ total: 2, other: 7 }, { total: 4 }, { other: 9 }]

    expect(summarise(samples, 'total')).toMatchObject({ n: 2, median: 3 })
  })

  it('of nothing is refused', () => {
    expect(() => summarise([{ total: 1 }], 'missing')).toThrow(RangeError)
  })
})

describe('a quantile', () => {
  it('lies between its neighbours in proportion', () => {
    expect(quantile([10, 20], 0.25)).toBe(12.5)
    expect(quantile([10, 20], 0)).toBe(10)
    expect(quantile([10, 20], 1)).toBe(20)
  })
})

describe('interleaved sides', () => {
  const recording = () => {
    const order: string[] = []
    const side = (name: string) => async () => order.push(name)
    return { order, sides: new Map(['a', 'b', 'c'].map((name) => [name, side(name)])) }
  }

  it('run once in every round, and each round begins with the next one', async () => {
    const { order, sides } = recording()

    await interleave(sides, { rounds: 3, warmUp: 0 })

    const rounds = [order.slice(0, 3), order.slice(3, 6), order.slice(6, 9)].map((round) => round.join(''))
    expect(rounds).toEqual(['bca', 'cab', 'abc'])
  })

  it('throw the first rounds away', async () => {
    const { sides } = recording()

    const samples = await interleave(sides, { rounds: 2, warmUp: 3 })

    expect(samples.get('a')?.length).toBe(2)
    expect(Math.min(...(samples.get('a') ?? []))).toBeGreaterThan(9)
  })
})
