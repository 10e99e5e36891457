import { afterEach, beforeEach, expect, it } from 'vitest'
import { createPolicyIssueBook } from '../../worker/queue/policy-issue-book.ts'
import { startRedis, type TestRedis } from './start-redis.ts'

let test: TestRedis
beforeEach(async () => {
  test = await startRedis()
})
afterEach(() => test[Symbol.asyncDispose]())

it('lets one issue be opened for a broken policy, however many apps meet it at once', async () => {
  const books = Array.from({ length: 8 }, () => createPolicyIssueBook(test.redis))

  const claimed = await Promise.all(books.map((book) => book.claim('repository:1')))

  expect(claimed.filter((first) => first)).toHaveLength(1)
  expect(await createPolicyIssueBook(test.redis).claim('repository:2')).toBe(true)
})

it('says which issue it was when the policy is mended, once, and lets the next break open another', async () => {
  const book = createPolicyIssueBook(test.redis)
  await book.claim('repository:1')
  await book.note('repository:1', 7)

  expect([await book.forget('repository:1'), await book.forget('repository:1')]).toEqual([7, null])
  expect(await book.claim('repository:1')).toBe(true)
  expect(await book.forget('repository:1')).toBeNull()
})
