import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSpendBook } from '../../worker/queue/spend-book.ts'
import { startRedis, type TestRedis } from './start-redis.ts'

const person = { account: 'owner:acme:person:9', whose: 'ada in acme', usd: 1 }
const organisation = { account: 'owner:acme', whose: 'acme', usd: 2 }
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
      await one.add([organisation], 1.5),
      await two.add([organisation], 0.4),
      await one.add([organisation], 0.1),
    ]

    expect(ends).toEqual([null, null, organisation])
    expect(await two.add([organisation], 0)).toEqual(organisation)
  })

  it('keeps people apart who share an organisation', async () => {
    const book = createSpendBook(test.redis, () => noon)
    const other = { ...person, account: 'owner:acme:person:10' }

    expect(await book.add([person, organisation], 1)).toEqual(person)
    expect(await book.add([other, organisation], 0.5)).toBeNull()
  })

  it('begins a new page at midnight in UTC, and forgets old ones', async () => {
    const clock = { now: noon }
    const book = createSpendBook(test.redis, () => clock.now)
    await book.add([person], 1)

    clock.now += day

    expect(await book.add([person], 0)).toBeNull()
    const lives = await Promise.all((await test.redis.keys('airlock:spend:*')).map((key) => test.redis.ttl(key)))
    expect(lives).toHaveLength(2)
    for (const seconds of lives) expect(seconds).toBeGreaterThan(0)
  })

  it('loses nothing of many small amounts', async () => {
    const book = createSpendBook(test.redis, () => noon)

    for (let request = 0; request < 99; request += 1) await book.add([person], 0.01)

    expect(await book.add([person], 0)).toBeNull()
    expect(await book.add([person], 0.01)).toEqual(person)
  })

  it('rejects where Redis is away', async () => {
    const book = createSpendBook(test.redis, () => noon)
    test.redis.disconnect()

    await expect(book.add([person], 0)).rejects.toMatchObject({ name: 'QueueUnavailableError' })
  })
})
