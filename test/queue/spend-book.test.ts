import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSpendBook } from '../../worker/queue/spend-book.ts'
import { startRedis, type TestRedis } from './start-redis.ts'

const person = { account: 'owner:acme:person:9', whose: 'ada in acme', unit: 'usd', most: 1 } as const
const organisation = { account: 'owner:acme', whose: 'acme', unit: 'usd', most: 2 } as const
const usd = (amount: number) => ({ usd: amount, tokens: 0 })
const noon = Date.UTC(2026, 10, 29, 12)
const day = 24 * 3600 * 1000

let test: TestRedis
beforeEach(async () => {
  test = await startRedis()
})
afterEach(() => test[Symbol.asyncDispose]())

describe('the book of what a day has cost', () => {
  it('adds up what several workers spend, and names the budget that is reached', async () => {
    const [one, two] = [createSpendBook(test.redis, () => noon), createSpendBook(test.redis, () => noon)]

    const ends = [
      await one.add([organisation], usd(1.5)),
      await two.add([organisation], usd(0.4)),
      await one.add([organisation], usd(0.1)),
    ]

    expect(ends).toEqual([null, null, organisation])
    expect(await two.add([organisation])).toEqual(organisation)
  })

  it('keeps people apart who share an organisation', async () => {
    const book = createSpendBook(test.redis, () => noon)
    const other = { ...person, account: 'owner:acme:person:10' }

    expect(await book.add([person, organisation], usd(1))).toEqual(person)
    expect(await book.add([other, organisation], usd(0.5))).toBeNull()
  })

  it('begins a new page at midnight in UTC, and forgets old ones', async () => {
    const clock = { now: noon }
    const book = createSpendBook(test.redis, () => clock.now)
    await book.add([person], usd(1))

    clock.now += day

    expect(await book.add([person])).toBeNull()
    const lives = await Promise.all((await test.redis.keys('airlock:used:*')).map((key) => test.redis.ttl(key)))
    expect(lives).toHaveLength(2)
    for (const seconds of lives) expect(seconds).toBeGreaterThan(0)
  })

  it('loses nothing of many small amounts', async () => {
    const book = createSpendBook(test.redis, () => noon)

    for (let request = 0; request < 99; request += 1) await book.add([person], usd(0.01))

    expect(await book.add([person])).toBeNull()
    expect(await book.add([person], usd(0.01))).toEqual(person)
  })

  it('counts tokens beside money, and each for itself', async () => {
    const book = createSpendBook(test.redis, () => noon)
    const tokens = { ...organisation, unit: 'tokens', most: 1000 } as const

    expect(await book.add([organisation, tokens], { usd: 0.5, tokens: 999 })).toBeNull()
    expect(await book.add([organisation, tokens], { usd: 0.5, tokens: 1 })).toEqual(tokens)
    expect(await book.add([organisation])).toBeNull()
  })

  it('looks at nothing that is not taken by models', async () => {
    const book = createSpendBook(test.redis, () => noon)
    const others = (['concurrent', 'jobs', 'minutes'] as const).map((unit) => ({ ...person, unit }))

    expect(await book.add(others, { usd: 9, tokens: 9 })).toBeNull()
    expect(await test.redis.keys('airlock:*')).toEqual([])
  })

  it('rejects where Redis is away', async () => {
    const book = createSpendBook(test.redis, () => noon)
    test.redis.disconnect()

    await expect(book.add([person])).rejects.toMatchObject({ name: 'QueueUnavailableError' })
  })
})
