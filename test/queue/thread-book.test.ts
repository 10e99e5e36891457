import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createJobs, type Jobs } from '../../worker/queue/enqueue.ts'
import { ledgerEntryKey } from '../../worker/queue/ledger.ts'
import { watchCancel } from '../../worker/queue/watch-cancel.ts'
import { jobRequest } from './job-request.ts'
import { startRedis, type TestRedis } from './start-redis.ts'

const place = { repository: 7, number: 3 }
let test: TestRedis
let jobs: Jobs
beforeEach(async () => {
  test = await startRedis()
  jobs = createJobs(test.redis)
})
afterEach(async () => {
  await jobs[Symbol.asyncDispose]()
  await test[Symbol.asyncDispose]()
})

async function enqueue(fields: Readonly<Record<string, string>> = {}) {
  const request = jobRequest()
  await jobs.enqueue(request)
  for (const [name, value] of Object.entries(fields)) {
    await test.redis.hset(ledgerEntryKey('jobs', request.id), name, value)
  }
  return request.id
}

describe('the jobs of an issue', () => {
  it('wait, run or have ended, and are told nowhere else', async () => {
    const waiting = await enqueue()
    const noted = { step: 'agent', beganAt: 1_000_000, costUsd: 0.5, mostUsd: 5 }
    const running = await enqueue({ fence: '2', progress: JSON.stringify(noted) })
    const begun = await enqueue({ fence: '1' })
    const ended = await enqueue({ state: 'done' })

    const found = await jobs.threads.on(place)

    const standings = Object.fromEntries(found.map(({ jobId, standing }) => [jobId, standing]))
    expect(standings).toEqual({
      [waiting]: { kind: 'waiting', place: 1 },
      [running]: { kind: 'running', attempt: 2, noted },
      [begun]: { kind: 'running', attempt: 1 },
      [ended]: { kind: 'ended' },
    })
    expect(await jobs.threads.on({ ...place, number: 4 })).toEqual([])
    expect(await jobs.threads.on({ ...place, repository: 8 })).toEqual([])
  })

  it('are told with where their words are, but for what carries out an approval', async () => {
    const askedIn = { commentId: 55, digest: 'a'.repeat(64) }
    const approval = {
      jobId: 'job0000009',
      digest: 'b'.repeat(64),
      by: { id: 5, login: 'ada' },
      permission: 'admin',
    } as const
    const request = jobRequest()
    const asked = { ...request, trigger: { ...request.trigger, askedIn } }
    await jobs.enqueue(asked)
    await jobs.enqueue({
      ...{ ...asked, id: 'approved01' },
      approval: { ...approval, at: '2026-11-29T10:00:00.000Z', eventKey: 'comment:7:56' },
    })

    const found = await jobs.threads.on(place)

    expect(Object.fromEntries(found.map((job) => [job.jobId, job.askedIn]))).toEqual({
      [request.id]: askedIn,
      approved01: undefined,
    })
  })

  it('is cancelled until it has ended, by whoever says it how often', async () => {
    const [open, done] = [await enqueue(), await enqueue({ state: 'done' })]

    expect([await jobs.threads.cancel(open), await jobs.threads.cancel(open)]).toEqual([true, true])
    expect(await jobs.threads.cancel(done)).toBe(false)
    expect(await jobs.threads.cancel('nosuchjob0')).toBe(false)
    const cancelled = (await jobs.threads.on(place)).filter((job) => job.cancelled)
    expect(cancelled.map(({ jobId }) => jobId)).toEqual([open])
  })
})

describe('an attempt', () => {
  it('that begins after the word does nothing', async () => {
    const id = await enqueue()
    await jobs.threads.cancel(id)

    using watch = await watchCancel(test.redis, id)

    expect([watch.signal.aborted, watch.signal.reason]).toEqual([true, 'by-person'])
  })

  it('hears the word while it runs', async () => {
    const id = await enqueue()
    using watch = await watchCancel(test.redis, id)
    expect(watch.signal.aborted).toBe(false)

    await jobs.threads.cancel(id)

    await vi.waitFor(() => expect(watch.signal.reason).toBe('by-person'), 60_000)
  })

  it('that hands off can be cancelled no more, neither in itself nor in the one that goes on for it', async () => {
    const id = await enqueue()
    using watch = await watchCancel(test.redis, id)
    await watch.settle()

    expect(await jobs.threads.cancel(id)).toBe(false)
    using next = await watchCancel(test.redis, id)
    await next.settle()
    expect([watch.signal.aborted, next.signal.aborted]).toEqual([false, false])
  })

  it('hands off nothing where the word came first, though it had not heard it', async () => {
    const id = await enqueue()
    using watch = await watchCancel(test.redis, id)
    await jobs.threads.cancel(id)

    await expect(watch.settle()).rejects.toBe('by-person')
  })
})
