import { afterEach, beforeEach, expect, it } from 'vitest'
import { createSessionBook } from '../../worker/queue/session-book.ts'
import { jobRequest } from './job-request.ts'
import { startRedis, type TestRedis } from './start-redis.ts'

const key = 'the private key of the App'
const of = jobRequest()
const session = '- said: the words of a session'

let test: TestRedis
beforeEach(async () => {
  test = await startRedis()
})
afterEach(() => test[Symbol.asyncDispose]())

it('tells a later worker what was said for that pull request, and nothing of another', async () => {
  await createSessionBook(test.redis, key, null).keep(of, 5, session)

  const book = createSessionBook(test.redis, key, null)

  expect([await book.read(of, 5), await book.read(of, 6)]).toEqual([session, null])
  expect(await book.read({ ...of, installationId: 99 }, 5)).toBeNull()
  expect(await book.read({ ...of, repository: { ...of.repository, id: 99 } }, 5)).toBeNull()
})

it('is no text for whoever reads Redis, and none for another App', async () => {
  await createSessionBook(test.redis, key, null).keep(of, 5, session)

  const kept = await Promise.all((await test.redis.keys('airlock:session:*')).map((name) => test.redis.get(name)))

  expect(kept).toHaveLength(1)
  expect(kept.join()).not.toContain('words')
  expect(await createSessionBook(test.redis, 'that of another App', null).read(of, 5)).toBeNull()
})

it('is not told where somebody put it in another pull request’s place', async () => {
  const book = createSessionBook(test.redis, key, null)
  await book.keep(of, 5, session)
  const [name = ''] = await test.redis.keys('airlock:session:*')
  await test.redis.copy(name, name.replace(/5$/, '6'))

  expect([await book.read(of, 5), await book.read(of, 6)]).toEqual([session, null])
})

it('is kept for as long as the record is, where that is shorter than all else', async () => {
  const ttlOf = async (days: number | null) => {
    await createSessionBook(test.redis, key, days).keep(of, 5, session)
    const [name = ''] = await test.redis.keys('airlock:session:*')
    return test.redis.ttl(name)
  }
  const day = 24 * 3600

  expect(await ttlOf(3)).toBeLessThanOrEqual(3 * day)
  expect(await ttlOf(3)).toBeGreaterThan(2 * day)
  expect(await ttlOf(900)).toBe(await ttlOf(null))
})
