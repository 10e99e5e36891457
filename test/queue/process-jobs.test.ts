import { setTimeout as sleep } from 'node:timers/promises'
import { Queue } from 'bullmq'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { JobRequest } from '../../worker/contract/index.ts'
import { createJobs } from '../../worker/queue/enqueue.ts'
import { createLedger } from '../../worker/queue/ledger.ts'
import { processJobs } from '../../worker/queue/process-jobs.ts'
import type { ProcessDeps, QueueProcess } from '../../worker/queue/process-queue.ts'
import { eventually } from './eventually.ts'
import { jobRequest } from './job-request.ts'
import { silent, startRedis, type TestRedis } from './start-redis.ts'

const timing = { lockMs: 5000, stalledCheckMs: 500, sweepMs: 100, backoffMs: 20 }
const atOnce = { graceMs: 0 }

class AwayError extends Error {
  readonly code = 'unavailable'
  readonly retryable = true
}

let test: TestRedis
let processes: QueueProcess[] = []
beforeEach(async () => {
  test = await startRedis()
})
afterEach(async () => {
  await Promise.all(processes.map((running) => running.close(atOnce)))
  processes = []
  await test[Symbol.asyncDispose]()
})

function start(deps: Partial<ProcessDeps<JobRequest>>, settings = timing): QueueProcess {
  const told = vi.fn(async () => undefined)
  const running = processJobs(
    { redis: test.redis, log: silent, concurrency: 2, handle: told, onDeadLetter: told, onWait: told, ...deps },
    settings,
  )
  processes.push(running)
  return running
}

async function enqueue(request = jobRequest()): Promise<JobRequest> {
  await using jobs = createJobs(test.redis)
  await jobs.enqueue(request)
  return request
}

function stateOf(id: string): Promise<string | null> {
  return test.redis.hget(`airlock:ledger:jobs:entry:${id}`, 'state')
}

describe('a job', () => {
  it('is run once, even when BullMQ is handed it again', async () => {
    const handle = vi.fn(async () => undefined)
    start({ handle })
    const request = await enqueue()
    await eventually(async () => expect(await stateOf(request.id)).toBe('done'))
    const queue = new Queue('jobs', { connection: test.redis, prefix: 'airlock' })

    await queue.remove(request.id)
    await queue.add('jobs', { body: JSON.stringify(request) }, { jobId: request.id })
    await eventually(async () => expect(await queue.getJobState(request.id)).toBe('completed'))
    await queue.close()

    expect(handle).toHaveBeenCalledExactlyOnceWith(request, expect.objectContaining({ attempt: 1 }))
  })

  it('is run although the app died between the ledger and BullMQ', async () => {
    const handle = vi.fn(async () => undefined)
    const request = jobRequest()
    await createLedger(test.redis, 'jobs').accept({ id: request.id, body: JSON.stringify(request) }, null)

    start({ handle })
    await eventually(async () => expect(await stateOf(request.id)).toBe('done'))

    expect(handle).toHaveBeenCalledOnce()
    expect(await test.redis.zcard('airlock:ledger:jobs:pending')).toBe(0)
  })

  it('is tried again after a failure that may pass', async () => {
    const handle = vi.fn(async () => undefined).mockRejectedValueOnce(new AwayError('away'))
    start({ handle })

    const request = await enqueue()
    await eventually(async () => expect(await stateOf(request.id)).toBe('done'))

    expect(handle).toHaveBeenCalledTimes(2)
  })

  it('finds what an earlier attempt saved', async () => {
    const loaded: unknown[] = []
    start({
      async handle(request, { attempt, checkpoints }) {
        loaded.push(await checkpoints.load(request.id))
        await checkpoints.save(request.id, { commit: 'abc' })
        if (attempt === 1) throw new AwayError('away')
      },
    })

    const request = await enqueue()
    await eventually(async () => expect(await stateOf(request.id)).toBe('done'))

    expect(loaded).toEqual([null, { commit: 'abc' }])
  })
})

describe('an attempt that was overtaken', () => {
  it('can neither pass the fence, nor save, nor end the job', async () => {
    const ledger = createLedger(test.redis, 'jobs')
    const request = jobRequest()
    const refused: string[] = []
    const note = (error: Error) => void refused.push(error.name)
    const handle = vi.fn<ProcessDeps<JobRequest>['handle']>(async ({ id }, { fence, checkpoints }) => {
      await fence.check()
      await test.redis.set('other-lock', 'other')
      await ledger.take(id, 'other-lock', 'other')
      await fence.check().catch(note)
      await checkpoints.save(id, {}).catch(note)
    })
    start({ handle })

    await enqueue(request)
    await eventually(() => expect(refused).toEqual(['FenceLostError', 'FenceLostError']))
    await processes[0]?.close({ graceMs: 1000 })

    expect(handle).toHaveBeenCalledOnce()
    expect(await stateOf(request.id)).toBe('accepted')
    expect(await ledger.read(request.id, 'checkpoint')).toBeNull()
  })

  it('is stopped when its lock went to somebody else', async () => {
    const reasons: unknown[] = []
    const handle = vi.fn<ProcessDeps<JobRequest>['handle']>(async ({ id }, { signal }) => {
      await test.redis.set(`airlock:jobs:${id}:lock`, 'somebody else')
      await sleep(60_000, undefined, { signal }).catch(() => reasons.push(signal.reason))
      signal.throwIfAborted()
    })
    start({ handle }, { ...timing, lockMs: 400 })

    const request = await enqueue()
    await eventually(() => expect(reasons).toHaveLength(1))
    await processes[0]?.close({ graceMs: 1000 })

    expect(reasons).toEqual([expect.objectContaining({ name: 'AttemptStoppedError', code: 'lock-lost' })])
    expect(await test.redis.lrange('airlock:jobs:active', 0, -1)).toEqual([request.id])
    expect(await stateOf(request.id)).toBe('accepted')
  })

  it('cannot start without the lock: a worker that slept does not fence off its successor', async () => {
    const ledger = createLedger(test.redis, 'jobs')
    await test.redis.set('lock', 'successor')

    const late = await ledger.take('job', 'lock', 'sleeper')
    const right = await ledger.take('job', 'lock', 'successor')

    expect(late).toEqual({ kind: 'lock-lost' })
    expect(right).toEqual({ kind: 'taken', token: 1 })
  })
})

describe('a job that cannot be done', () => {
  it('is given up at its first bug, and whoever asked is told', async () => {
    const handle = vi.fn(async () => undefined).mockRejectedValue(new TypeError('a bug'))
    const onDeadLetter = vi.fn(async () => undefined)
    start({ handle, onDeadLetter })

    const request = await enqueue()
    await eventually(async () => expect(await stateOf(request.id)).toBe('dead'))

    expect(handle).toHaveBeenCalledOnce()
    expect(onDeadLetter).toHaveBeenCalledExactlyOnceWith(
      { id: request.id, request, reason: 'failed', error: 'TypeError', code: 'TypeError', message: 'a bug' },
      expect.objectContaining({ attempt: 1 }),
    )
  })

  it('is given up after eight failures that might have passed', async () => {
    const handle = vi.fn(async () => undefined).mockRejectedValue(new AwayError('away'))
    const onDeadLetter = vi.fn(async () => undefined)
    start({ handle, onDeadLetter })

    const request = await enqueue()
    await eventually(async () => expect(await stateOf(request.id)).toBe('dead'))

    expect(handle).toHaveBeenCalledTimes(8)
    expect(onDeadLetter).toHaveBeenCalledOnce()
  })

  it('is told of again when telling failed, and not run again for that', async () => {
    const handle = vi.fn(async () => undefined).mockRejectedValue(new TypeError('a bug'))
    const onDeadLetter = vi.fn(async () => undefined).mockRejectedValueOnce(new AwayError('away'))
    start({ handle, onDeadLetter })

    const request = await enqueue()
    await eventually(async () => expect(await stateOf(request.id)).toBe('dead'))

    expect(handle).toHaveBeenCalledOnce()
    expect(onDeadLetter).toHaveBeenCalledTimes(2)
  })

  it.each([
    ['of another schema', { body: '{"version":2}' }],
    ['cut off', { body: '{"version":1,' }],
    ['of another shape', 'nothing'],
  ])('is not run when what Redis holds is %s', async (_what, data) => {
    const handle = vi.fn(async () => undefined)
    const onDeadLetter = vi.fn(async () => undefined)
    start({ handle, onDeadLetter })
    const queue = new Queue('jobs', { connection: test.redis, prefix: 'airlock' })

    await queue.add('jobs', data, { jobId: 'strange' })
    await eventually(async () => expect(await stateOf('strange')).toBe('dead'))
    await queue.close()

    expect(handle).not.toHaveBeenCalled()
    expect(onDeadLetter).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ id: 'strange', request: null, reason: 'unreadable' }),
      expect.anything(),
    )
  })
})

describe('closing', () => {
  it('waits for what runs and takes nothing more', async () => {
    const [inside, closing] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const running = start({
      concurrency: 1,
      async handle() {
        inside.resolve()
        await closing.promise
        // Long enough for a busy machine to have begun to close: one that ends before that makes room for the next.
        await sleep(1000)
      },
    })
    const first = await enqueue()
    const second = await enqueue()
    await inside.promise

    const closed = running.close({ graceMs: 10_000 })
    closing.resolve()
    await closed

    expect(await stateOf(first.id)).toBe('done')
    expect(await stateOf(second.id)).toBe('accepted')
  })

  it('gives back what does not end in time, without counting it as a failure', async () => {
    const reasons: unknown[] = []
    const handle = vi.fn<ProcessDeps<JobRequest>['handle']>(async (_request, { attempt, signal }) => {
      if (attempt > 1) return
      await sleep(60_000, undefined, { signal }).catch(() => reasons.push(signal.reason))
      signal.throwIfAborted()
    })
    const running = start({ handle })
    const request = await enqueue()
    await eventually(() => expect(handle).toHaveBeenCalledOnce())

    await running.close({ graceMs: 50 })
    start({ handle })
    await eventually(async () => expect(await stateOf(request.id)).toBe('done'))

    expect(reasons).toEqual([expect.objectContaining({ name: 'AttemptStoppedError', code: 'shutdown' })])
    expect(handle).toHaveBeenCalledTimes(2)
    // The ledger knows first; what carries the job counts a moment later.
    await eventually(async () => expect(await test.redis.hget(`airlock:jobs:${request.id}`, 'atm')).toBe('1'))
  })
})
