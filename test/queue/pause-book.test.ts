import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createPauseBook } from '../../worker/queue/pause-book.ts'
import { longestRetryAfterMs } from '../../worker/queue/settings.ts'
import { startRedis, type TestRedis } from './start-redis.ts'

let test: TestRedis
beforeEach(async () => {
  test = await startRedis()
})
afterEach(() => test[Symbol.asyncDispose]())

describe('a wait that GitHub asked for', () => {
  it('is for every process on this Redis, and for that installation alone', async () => {
    await createPauseBook(test.redis)(11).note(60_000)

    expect(await createPauseBook(test.redis)(11).left()).toBeGreaterThan(0)
    expect(await createPauseBook(test.redis)(12).left()).toBe(0)
  })

  it('ends, is not ended by a shorter one, and lasts no longer than any limit of GitHub’s', async () => {
    const [short, long] = [createPauseBook(test.redis)(11), createPauseBook(test.redis)(12)]
    await short.note(20)
    await vi.waitFor(async () => expect(await short.left()).toBe(0), 10_000)

    await long.note(Number.MAX_SAFE_INTEGER)
    await long.note(1)
    const left = await long.left()
    expect([left > 60_000, left <= longestRetryAfterMs]).toEqual([true, true])
  })

  it('is no error where Redis is away: GitHub refuses by itself', async () => {
    const pause = createPauseBook(test.redis)(11)
    await test.server[Symbol.asyncDispose]()

    await pause.note(1000)
    expect(await pause.left()).toBe(0)
  })
})
