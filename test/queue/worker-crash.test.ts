import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createJobs } from '../../worker/queue/enqueue.ts'
import { jobRequest } from './job-request.ts'
import { startRedis, type TestRedis } from './start-redis.ts'
import { startWorker, untilSaid } from './start-worker.ts'

let test: TestRedis
beforeEach(async () => {
  test = await startRedis()
})
afterEach(() => test[Symbol.asyncDispose]())

async function enqueue(plan: object): Promise<string> {
  await using jobs = createJobs(test.redis)
  const request = jobRequest(JSON.stringify(plan))
  await jobs.enqueue(request)
  return request.id
}

describe('a job that takes its worker down', () => {
  it('survives three crashes', async () => {
    const id = await enqueue({ crashes: 3 })

    for (const name of ['one', 'two', 'three']) {
      await using worker = startWorker(test.server.url, name, 'quick')
      await worker.ended
    }
    await using last = startWorker(test.server.url, 'last', 'quick')
    await untilSaid(test.redis, 'last:start 4')
    last.kill('SIGTERM')
    await last.ended

    const effects = await test.redis.lrange('effects', 0, -1)
    expect(effects).toEqual([expect.stringMatching(`^${id}:`)])
  })

  it('is given up after the fourth, and its requester is told', async () => {
    const id = await enqueue({ crashes: 9 })

    for (const name of ['one', 'two', 'three', 'four']) {
      await using worker = startWorker(test.server.url, name, 'quick')
      await worker.ended
    }
    await using last = startWorker(test.server.url, 'last', 'quick')
    await untilSaid(test.redis, 'last:dead crashed')
    last.kill('SIGTERM')
    await last.ended

    expect(await test.redis.lrange('effects', 0, -1)).toEqual([])
    expect(await test.redis.hget(`airlock:ledger:jobs:entry:${id}`, 'state')).toBe('dead')
    expect(await test.redis.zscore('airlock:jobs:failed', id)).not.toBeNull()
  })
})

describe('a worker that slept beyond its lock', () => {
  it('is refused its effect when it wakes', async () => {
    const id = await enqueue({ sleeps: 1 })
    await using zombie = startWorker(test.server.url, 'zombie', 'quick')
    await untilSaid(test.redis, 'zombie:start 1')
    zombie.kill('SIGSTOP')
    await using _heir = startWorker(test.server.url, 'heir', 'quick')
    await untilSaid(test.redis, 'heir:start 2')
    await test.redis.rpush('wake', 'now')

    zombie.kill('SIGCONT')
    // By the fence, or earlier: by its own lock, should BullMQ come first to renew it.
    await untilSaid(test.redis, /^zombie:refused 1 (FenceLostError|AttemptStoppedError)$/)

    expect(await test.redis.lrange('effects', 0, -1)).toEqual([`${id}:2`])
  })

  it('has its effect when it slept within its lock', async () => {
    const id = await enqueue({ sleeps: 1 })
    await using worker = startWorker(test.server.url, 'sleeper', 'production')
    await untilSaid(test.redis, 'sleeper:start 1')
    worker.kill('SIGSTOP')
    await test.redis.rpush('wake', 'now')

    worker.kill('SIGCONT')
    worker.kill('SIGTERM')
    await worker.ended

    expect(await test.redis.lrange('effects', 0, -1)).toEqual([`${id}:1`])
  })
})

describe('a worker whose Redis is gone for good', () => {
  it('ends all the same when it is told to', async () => {
    await using worker = startWorker(test.server.url, 'worker', 'quick')
    await untilSaid(test.redis, 'worker:up')
    process.kill(test.server.pid, 'SIGKILL')

    worker.kill('SIGTERM')
    const [code] = await worker.ended

    expect(code).toBe(0)
  })
})
