import { describe, expect, it } from 'vitest'
import { createJobs } from '../../worker/queue/enqueue.ts'
import { jobRequest } from './job-request.ts'
import { startRedis } from './start-redis.ts'
import { startWorker, untilSaid } from './start-worker.ts'

/** With the settings of production, or it would prove nothing. */
describe('a worker killed with -9 in the middle of a job', () => {
  it('is replaced by the other, and the effect happens once', async () => {
    await using test = await startRedis()
    await using jobs = createJobs(test.redis)
    const request = jobRequest(JSON.stringify({ sleeps: 1 }))
    await jobs.enqueue(request)
    await using first = startWorker(test.server.url, 'first', 'production')
    await untilSaid(test.redis, 'first:start 1')
    await using second = startWorker(test.server.url, 'second', 'production')
    await untilSaid(test.redis, 'second:up')
    first.kill('SIGKILL')

    await untilSaid(test.redis, 'second:start 2')
    second.kill('SIGTERM')
    await second.ended

    expect(await test.redis.lrange('effects', 0, -1)).toEqual([`${request.id}:2`])
  })
})
