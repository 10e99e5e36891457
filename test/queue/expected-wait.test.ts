import { afterAll, beforeAll, expect, it } from 'vitest'
import { createJobs } from '../../worker/queue/enqueue.ts'
import { waitFor } from '../../worker/queue/expected-wait.ts'
import { processJobs } from '../../worker/queue/process-jobs.ts'
import { eventually } from './eventually.ts'
import { jobRequest } from './job-request.ts'
import { silent, startRedis, type TestRedis } from './start-redis.ts'

let test: TestRedis
beforeAll(async () => {
  test = await startRedis()
})
afterAll(() => test[Symbol.asyncDispose]())

it('is as long as one usually takes for each that goes before, shared by those who work', () => {
  expect(waitFor(1, 1, [60_000])).toBe(60_000)
  expect(waitFor(6, 3, [1000, 60_000, 90_000])).toBe(120_000)
})

it('is not known where nothing has ended, or nobody works', () => {
  expect(waitFor(3, 2, [])).toBeNull()
  expect(waitFor(3, 0, [60_000])).toBeNull()
})

it('is told by the jobs that ended last, when there is one that waits', async () => {
  await using jobs = createJobs(test.redis)
  const goOn = Promise.withResolvers<void>()
  const [first, second] = [jobRequest(), jobRequest()]
  const begun: string[] = []
  const handle = async ({ id }: { readonly id: string }) => {
    begun.push(id)
    if (id === second.id) await goOn.promise
  }
  const told = async () => undefined
  const running = processJobs({
    ...{ redis: test.redis, log: silent, concurrency: 1, handle },
    ...{ onDeadLetter: told, onWait: told },
  })
  await jobs.enqueue(first)
  await eventually(async () => expect(await test.redis.zcard('airlock:jobs:completed')).toBe(1))
  await jobs.enqueue(second)
  await eventually(async () => expect(begun).toEqual([first.id, second.id]))
  const [processedOn, finishedOn] = await test.redis.hmget(`airlock:jobs:${first.id}`, 'processedOn', 'finishedOn')
  const took = Number(finishedOn) - Number(processedOn)

  const waiting = [await jobs.enqueue(jobRequest()), await jobs.enqueue(jobRequest())]

  expect(waiting).toEqual([
    { position: 1, startsInMs: took },
    { position: 2, startsInMs: 2 * took },
  ])
  goOn.resolve()
  await running.close({ graceMs: 5000 })
})
