import { afterEach, beforeEach, expect, it } from 'vitest'
import { createCheckedCommits } from '../../worker/queue/checked-commits.ts'
import { startRedis, type TestRedis } from './start-redis.ts'

let test: TestRedis
beforeEach(async () => {
  test = await startRedis()
})
afterEach(() => test[Symbol.asyncDispose]())

it('says which job last had check runs on a commit, by repository', async () => {
  const [commit, other] = ['a'.repeat(40), 'b'.repeat(40)]
  const worker = createCheckedCommits(test.redis)
  await worker.note(1, commit, 'job0000001')
  await worker.note(1, commit, 'job0000002')

  const app = createCheckedCommits(test.redis)

  expect([await app.jobOn(1, commit), await app.jobOn(1, other), await app.jobOn(2, commit)]).toEqual([
    'job0000002',
    null,
    null,
  ])
})
