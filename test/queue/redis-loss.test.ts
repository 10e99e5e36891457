import { describe, expect, it } from 'vitest'
import { connectRedis } from '../../worker/queue/connect-redis.ts'
import { startEmbeddedRedis } from '../../worker/queue/embedded-redis.ts'
import { createIntake } from '../../worker/queue/enqueue.ts'
import { processIntake } from '../../worker/queue/process-intake.ts'
import { eventually } from './eventually.ts'
import { labelEvent } from './job-request.ts'
import { silent, startRedis } from './start-redis.ts'

const timing = { lockMs: 5000, stalledCheckMs: 500, sweepMs: 100, backoffMs: 20 }

describe('Redis killed with -9', () => {
  it('loses none of three hundred accepted events, and each is handled once', async () => {
    await using test = await startRedis()
    await using intake = createIntake(test.redis)
    const events = Array.from({ length: 300 }, (_, n) => labelEvent(`label:${n}`, `delivery-${n}`))
    await Promise.all(events.map((event) => intake.accept(event)))

    process.kill(test.server.pid, 'SIGKILL')
    await using _server = await startEmbeddedRedis(test.folder)
    await eventually(async () => void (await test.redis.ping()))
    const handled: string[] = []
    const running = processIntake(
      {
        redis: test.redis,
        log: silent,
        concurrency: 10,
        async handle(event) {
          handled.push(event.eventKey)
        },
        onDeadLetter: async () => undefined,
      },
      timing,
    )
    await eventually(() => expect(handled.length).toBeGreaterThanOrEqual(300))
    await running.close({ graceMs: 1000 })

    expect(handled.toSorted()).toEqual(events.map((event) => event.eventKey).toSorted())
  })

  it('is outlived by a worker, which goes on when Redis is back', async () => {
    await using test = await startRedis()
    const handled: string[] = []
    const running = processIntake(
      {
        redis: test.redis,
        log: silent,
        concurrency: 1,
        async handle(event) {
          handled.push(event.eventKey)
        },
        onDeadLetter: async () => undefined,
      },
      timing,
    )
    process.kill(test.server.pid, 'SIGKILL')
    await using _server = await startEmbeddedRedis(test.folder)
    await eventually(async () => void (await test.redis.ping()))

    await using intake = createIntake(test.redis)
    await intake.accept(labelEvent('label:1', 'delivery-1'))
    await eventually(() => expect(handled).toEqual(['label:1']))
    await running.close({ graceMs: 1000 })
  })
})

describe('Redis that must not be trusted', () => {
  it.each([
    ['throws entries away when memory is short', 'maxmemory-policy', 'allkeys-lru', 'noeviction'],
    ['forgets in a crash', 'appendonly', 'no', 'appendonly yes'],
  ])('is refused when it %s', async (_what, setting, value, advice) => {
    await using test = await startRedis()
    await test.redis.config('SET', setting, value)

    const connecting = connectRedis({ url: test.server.url, log: silent })

    await expect(connecting).rejects.toMatchObject({
      name: 'QueueError',
      code: 'misconfigured',
      problems: [expect.stringContaining(advice)],
    })
  })
})
