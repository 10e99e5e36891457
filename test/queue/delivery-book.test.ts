import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createDeliveryBook } from '../../worker/queue/delivery-book.ts'
import { startRedis, type TestRedis } from './start-redis.ts'

let test: TestRedis
beforeEach(async () => {
  test = await startRedis()
})
afterEach(() => test[Symbol.asyncDispose]())

describe('the book of missed deliveries', () => {
  it('gives what the last look left to whichever app looks next', async () => {
    const time = '2026-11-29T12:00:00.000Z'
    const missed = [{ id: 1, guid: 'one', deliveredAt: time, asked: 2, notBefore: time }]
    expect(await createDeliveryBook(test.redis).read()).toBeNull()

    await createDeliveryBook(test.redis).write({ lookedAt: time, missed })

    expect(await createDeliveryBook(test.redis).read()).toEqual({ lookedAt: time, missed })
  })

  it('lets one app look at a time', async () => {
    const [one, other] = [createDeliveryBook(test.redis), createDeliveryBook(test.redis)]

    expect([await one.take(60_000), await other.take(60_000)]).toEqual([true, false])
    await one.release()
    expect(await other.take(60_000)).toBe(true)
  })

  it('takes the turn from an app that was killed, and lets a late one not end it', async () => {
    const [killed, other] = [createDeliveryBook(test.redis), createDeliveryBook(test.redis)]
    await killed.take(50)
    await vi.waitFor(async () => expect(await other.take(60_000)).toBe(true), 10_000)

    await killed.release()

    expect(await killed.take(60_000)).toBe(false)
  })
})
