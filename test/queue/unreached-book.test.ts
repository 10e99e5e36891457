import { afterEach, beforeEach, expect, it } from 'vitest'
import { createUnreachedBook } from '../../worker/queue/unreached-book.ts'
import { startRedis, type TestRedis } from './start-redis.ts'

let test: TestRedis
beforeEach(async () => {
  test = await startRedis()
})
afterEach(() => test[Symbol.asyncDispose]())

it('what is out of reach is known to every process, of that installation alone, until it is told of a change', async () => {
  const [app, worker] = [createUnreachedBook(test.redis), createUnreachedBook(test.redis)]
  await app.note(11, '.github')

  expect(await worker.has(11, '.github')).toBe(true)
  expect(await worker.has(11, '.github-private')).toBe(false)
  expect(await worker.has(12, '.github')).toBe(false)

  await app.forget(11)
  expect(await worker.has(11, '.github')).toBe(false)
})

it('is asked again after five minutes at the latest, however often it is noted', async () => {
  const book = createUnreachedBook(test.redis)
  await book.note(11, '.github')
  const left = async () => test.redis.pttl('airlock:unreached:11')
  expect(await left()).toBeLessThanOrEqual(300_000)
  await test.redis.pexpire('airlock:unreached:11', 1000)

  await book.note(11, '.github')

  const after = await left()
  expect([after > 0, after <= 1000]).toEqual([true, true])
})
