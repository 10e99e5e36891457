import { afterEach, beforeEach, expect, it } from 'vitest'
import { createPolicyIssueBook } from '../../worker/queue/policy-issue-book.ts'
import { startRedis, type TestRedis } from './start-redis.ts'

let test: TestRedis
beforeEach(async () => {
  test = await startRedis()
})
afterEach(() => test[Symbol.asyncDispose]())

const issue = { repository: '.github', number: 7 }

it('lets one issue be opened for a broken policy, however many apps meet it at once', async () => {
  const books = Array.from({ length: 8 }, () => createPolicyIssueBook(test.redis))

  const claimed = await Promise.all(books.map((book) => book.claim('repository:1', 'as it is')))

  expect(claimed.filter((first) => first)).toHaveLength(1)
  expect(await createPolicyIssueBook(test.redis).claim('repository:2', 'as it is')).toBe(true)
})

it('says which issue it was when the policy is mended, once, and lets the next break open another', async () => {
  const book = createPolicyIssueBook(test.redis)
  await book.claim('repository:1', 'as it is')
  await book.note('repository:1', issue)

  const told = await Promise.all([1, 2, 3].map(() => book.forget('repository:1', null)))

  expect(told.filter((one) => one !== null)).toEqual([issue])
  expect(await book.claim('repository:1', 'as it is')).toBe(true)
  expect(await book.forget('repository:1', null)).toBeNull()
})

it('takes no policy for mended that says what it said when it was last found broken', async () => {
  const book = createPolicyIssueBook(test.redis)
  await book.claim('organisation:1', 'first')
  await book.note('organisation:1', issue)
  await book.claim('organisation:1', 'second')

  expect(await book.forget('organisation:1', 'second')).toBeNull()
  expect(await book.forget('organisation:1', 'third')).toEqual(issue)
})
