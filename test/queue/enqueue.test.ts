import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { connectRedis } from '../../worker/queue/connect-redis.ts'
import { createIntake, createJobs } from '../../worker/queue/enqueue.ts'
import { intakeId } from '../../worker/queue/intake-id.ts'
import { jobRequest, labelEvent, newJobId } from './job-request.ts'
import { silent, startRedis, type TestRedis } from './start-redis.ts'

let test: TestRedis
beforeAll(async () => {
  test = await startRedis()
})
afterAll(() => test[Symbol.asyncDispose]())

describe('accepting an event', () => {
  it('takes one of a hundred identical deliveries at once', async () => {
    await using intake = createIntake(test.redis)
    const event = labelEvent('label:1', 'delivery-1')

    const answers = await Promise.all(Array.from({ length: 100 }, () => intake.accept(event)))

    expect(answers.filter((answer) => answer === 'accepted')).toHaveLength(1)
  })

  it('takes one of two deliveries of one event', async () => {
    await using intake = createIntake(test.redis)

    const answers = [
      await intake.accept(labelEvent('label:2', 'delivery-2a')),
      await intake.accept(labelEvent('label:2', 'delivery-2b')),
    ]

    expect(answers).toEqual(['accepted', 'duplicate'])
  })

  it('takes two different events', async () => {
    await using intake = createIntake(test.redis)

    const answers = [
      await intake.accept(labelEvent('label:3', 'delivery-3')),
      await intake.accept(labelEvent('label:4', 'delivery-4')),
    ]

    expect(answers).toEqual(['accepted', 'accepted'])
  })

  it('tells in one burst what is new from what came twice, by its delivery or by its event', async () => {
    await using intake = createIntake(test.redis)
    const burst = [
      labelEvent('label:6', 'delivery-6'),
      labelEvent('label:6', 'delivery-6-again'),
      labelEvent('label:7', 'delivery-7'),
      labelEvent('label:8', 'delivery-7'),
    ]

    const answers = await Promise.all(burst.map((event) => intake.accept(event)))

    expect(answers).toEqual(['accepted', 'duplicate', 'accepted', 'duplicate'])
  })

  it('still knows a delivery and its event after thirty days', async () => {
    await using intake = createIntake(test.redis)
    await intake.accept(labelEvent('label:5', 'delivery-5'))

    const entry = await test.redis.ttl(`airlock:ledger:intake:entry:${intakeId('label:5')}`)
    const deliveries = await test.redis.keys('airlock:ledger:intake:delivery:*')
    const ttls = await Promise.all(deliveries.map((key) => test.redis.ttl(key)))

    const thirtyFiveDays = 35 * 24 * 3600
    expect(entry).toBeGreaterThan(thirtyFiveDays)
    expect(Math.min(...ttls)).toBeGreaterThan(thirtyFiveDays)
  })

  it('hands a burst of a thousand to BullMQ and leaves nothing in the outbox', async () => {
    const intake = createIntake(test.redis)
    const before = await test.redis.llen('airlock:intake:wait')
    const events = Array.from({ length: 1000 }, (_, n) => labelEvent(`burst:${n}`, `burst-${n}`))

    await Promise.all(events.map((event) => intake.accept(event)))
    await intake[Symbol.asyncDispose]()

    expect(await test.redis.llen('airlock:intake:wait')).toBe(before + 1000)
    expect(await test.redis.zcard('airlock:ledger:intake:pending')).toBe(0)
    expect(await test.redis.hlen('airlock:ledger:intake:bodies')).toBe(0)
  })
})

describe('enqueuing a job', () => {
  it('says its place', async () => {
    await using jobs = createJobs(test.redis)

    const places = [await jobs.enqueue(jobRequest()), await jobs.enqueue(jobRequest())]

    // No job has run yet that could tell how long one takes.
    const startsInMs = null
    expect(places).toEqual([
      { position: 1, startsInMs },
      { position: 2, startsInMs },
    ])
  })

  it('knows a job by its id even after BullMQ forgot it', async () => {
    await using jobs = createJobs(test.redis)
    const request = jobRequest('Once.', newJobId())
    await jobs.enqueue(request)
    const waiting = await test.redis.zrem('airlock:jobs:prioritized', request.id)
    await test.redis.del(`airlock:jobs:${request.id}`)

    const again = await jobs.enqueue(request)

    expect(waiting).toBe(1)
    expect(again).toEqual({ position: 0, startsInMs: null })
    expect(await test.redis.exists(`airlock:jobs:${request.id}`)).toBe(0)
  })
})

describe('Redis away', () => {
  it('is an error while Redis hangs, and the same event is there once when it is back', async () => {
    await using away = await startRedis()
    await using intake = createIntake(away.redis)
    process.kill(away.server.pid, 'SIGSTOP')

    const refused = await intake.accept(labelEvent('label:1', 'delivery-1')).catch((error: unknown) => error)
    process.kill(away.server.pid, 'SIGCONT')
    // What hung may have been written all the same; nobody was told so.
    const again = await intake.accept(labelEvent('label:1', 'delivery-1'))
    const other = await intake.accept(labelEvent('label:2', 'delivery-2'))

    expect(refused).toMatchObject({ name: 'QueueUnavailableError', retryable: true })
    expect(again).toMatch(/^(accepted|duplicate)$/)
    expect(other).toBe('accepted')
    expect(await away.redis.keys('airlock:ledger:intake:entry:*')).toHaveLength(2)
  })

  it('is an error at once when the connection is gone: no timer has to run out', async () => {
    await using gone = await startRedis()
    await using intake = createIntake(gone.redis)
    const closed = new Promise((resolve) => gone.redis.once('close', resolve))
    process.kill(gone.server.pid, 'SIGKILL')
    await closed
    vi.useFakeTimers({ toFake: ['setTimeout'] })

    const refused = await intake.accept(labelEvent('label:1', 'delivery-1')).catch((error: unknown) => error)
    vi.useRealTimers()

    expect(refused).toMatchObject({ name: 'QueueUnavailableError' })
  })

  it('is an error when the app starts', async () => {
    const connecting = connectRedis({ url: '/nonexistent/redis.sock', log: silent })

    await expect(connecting).rejects.toMatchObject({ name: 'QueueUnavailableError' })
  })
})
