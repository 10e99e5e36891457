import { setTimeout as sleep } from 'node:timers/promises'
import { Queue } from 'bullmq'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JobRequest, Policy } from '../../worker/contract/index.ts'
import { sweep } from '../../worker/queue/carry.ts'
import { createJobs, type Jobs } from '../../worker/queue/enqueue.ts'
import { createLedger } from '../../worker/queue/ledger.ts'
import { processJobs } from '../../worker/queue/process-jobs.ts'
import type { QueueProcess } from '../../worker/queue/process-queue.ts'
import { createRounds } from '../../worker/queue/rounds.ts'
import { eventually } from './eventually.ts'
import { jobRequest, newJobId } from './job-request.ts'
import { silent, startRedis, type TestRedis } from './start-redis.ts'

const timing = { lockMs: 5000, stalledCheckMs: 500, sweepMs: 100, backoffMs: 20 }
/** Repositories by their ids. */
const [big, small, other] = [1, 2, 3]

let test: TestRedis
let jobs: Jobs
let queue: Queue
let processes: QueueProcess[]
let began: number[]
beforeEach(async () => {
  test = await startRedis()
  jobs = createJobs(test.redis)
  queue = new Queue('jobs', { connection: test.redis, prefix: 'airlock' })
  processes = []
  began = []
})
afterEach(async () => {
  await Promise.all(processes.map((running) => running.close({ graceMs: 1000 })))
  await jobs[Symbol.asyncDispose]()
  await queue.close()
  await test[Symbol.asyncDispose]()
})

function jobOf(repository: number, quotas?: Policy['quotas']): JobRequest {
  const request = jobRequest('Fix it.', newJobId())
  const at = { ...request.repository, id: repository, name: `r${repository}` }
  return { ...request, repository: at, policy: { ...request.policy, ...(quotas === undefined ? {} : { quotas }) } }
}

async function enqueue(repository: number, count: number, quotas?: Policy['quotas']): Promise<JobRequest[]> {
  const asked = Array.from({ length: count }, () => jobOf(repository, quotas))
  for (const request of asked) await jobs.enqueue(request)
  return asked
}

/** Notes whose job begins; `until` keeps it running. */
function start(concurrency: number, until: (request: JobRequest) => Promise<void> = async () => undefined): void {
  const nothing = async () => undefined
  const handle = async (request: JobRequest) => {
    began.push(request.repository.id)
    await until(request)
  }
  const deps = { redis: test.redis, log: silent, concurrency, handle, onDeadLetter: nothing, onWait: nothing }
  processes.push(processJobs(deps, timing))
}

describe('jobs of several repositories', () => {
  it('are taken in turns, however many of one were queued before', async () => {
    await enqueue(big, 30)
    await enqueue(small, 1)
    await enqueue(other, 2)

    start(1)
    await eventually(() => expect(began).toHaveLength(33))

    expect(began.slice(0, 6)).toEqual([big, small, other, big, other, big])
  })

  it('come next where a repository that had none asks, and are not credited for the time before', async () => {
    let served = () => {}
    const half = new Promise<void>((resolve) => {
      served = resolve
    })
    await enqueue(big, 20)
    await enqueue(other, 20)
    start(1, async () => {
      if (began.length === 20) {
        await enqueue(small, 3)
        served()
      }
    })
    await half
    await eventually(() => expect(began).toHaveLength(43))

    const own = began.flatMap((repository, index) => (repository === small ? [index] : []))
    expect(own[0]).toBeLessThan(23)
    // One a round, beside one of each of the others.
    expect((own[1] ?? 0) - (own[0] ?? 0)).toBeGreaterThanOrEqual(2)
    expect(own[2]).toBeLessThan(30)
  })

  it('keep their order within each', async () => {
    const asked = { [big]: await enqueue(big, 10), [small]: await enqueue(small, 10) }
    const ids: string[] = []
    start(1, async ({ id }) => void ids.push(id))
    await eventually(() => expect(ids).toHaveLength(20))

    for (const requests of Object.values(asked)) {
      const own = requests.map(({ id }) => id)
      expect(ids.filter((id) => own.includes(id))).toEqual(own)
    }
  })

  it('are told the place that they really have', async () => {
    await enqueue(big, 10)

    expect(await jobs.enqueue(jobOf(small))).toEqual({ position: 2, startsInMs: null })
    expect(await jobs.enqueue(jobOf(big))).toEqual({ position: 12, startsInMs: null })
  })

  it('take turns too where the app died between the ledger and BullMQ', async () => {
    const ledger = createLedger(test.redis, 'jobs')
    for (const request of [...Array.from({ length: 10 }, () => jobOf(big)), jobOf(small)]) {
      await ledger.accept({ id: request.id, body: JSON.stringify(request) }, null)
    }

    await sweep(queue, ledger, 0, createRounds(test.redis, queue).of)
    start(1)
    await eventually(() => expect(began).toHaveLength(11))

    expect(began.indexOf(small)).toBeLessThan(2)
  })

  it('begin to count anew when nothing waits: numbers do not grow for ever', async () => {
    const [first] = await enqueue(big, 3)
    start(1)
    await eventually(() => expect(began).toHaveLength(3))
    const [later] = await enqueue(big, 1)
    const rounds = createRounds(test.redis, queue)
    const of = (request = jobRequest()) => rounds.of({ id: request.id, body: JSON.stringify(request) })

    expect([await of(first), await of(later)]).toEqual([1, 1])
  })
})

describe('jobs of several owners', () => {
  /** Owner and repository of each job, in the order in which they are asked for; resolves with that in which they begin. */
  async function workOff(asked: readonly (readonly [owner: number, repository: number])[]) {
    const requests = asked.map(([owner, repository]) => ({ ...jobOf(repository), installationId: owner }))
    for (const request of requests) await jobs.enqueue(request)
    const done: JobRequest[] = []
    start(1, async (request) => void done.push(request))
    await eventually(() => expect(done).toHaveLength(requests.length))
    for (const running of processes.splice(0)) await running.close({ graceMs: 1000 })
    return { requests, done }
  }

  it('are taken in turns: many repositories of one do not starve the only one of another', async () => {
    const many = Array.from({ length: 60 }, (_, index) => [1, 100 + index] as const)

    const { done } = await workOff([...many, ...many, [2, 7], [2, 7]])

    const own = done.flatMap(({ installationId }, index) => (installationId === 2 ? [index] : []))
    expect(own).toEqual([1, 3])
  })

  it('begin in turns by owner, in those by repository, and in their order within one, whatever is asked for', async () => {
    const job = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 4 }))
    const check = fc.asyncProperty(fc.array(job, { minLength: 1, maxLength: 25 }), async (drawn) => {
      const { requests, done } = await workOff(drawn.map(([owner, nth]) => [owner, 10 * owner + nth]))

      expectTurns(done, ({ installationId }) => Number(installationId))
      for (const owner of [1, 2, 3]) {
        expectTurns(
          done.filter(({ installationId }) => installationId === owner),
          ({ repository }) => repository.id,
        )
      }
      for (const { repository } of done) {
        const idsIn = (all: readonly JobRequest[]) =>
          all.flatMap(({ id, repository: other }) => (other.id === repository.id ? [id] : []))
        expect(idsIn(done)).toEqual(idsIn(requests))
      }
    })

    await fc.assert(check, { numRuns: 25, endOnFailure: true })
  })

  /** At every moment nobody who has more has begun with fewer, by more than the one that is next. */
  function expectTurns(done: readonly JobRequest[], of: (request: JobRequest) => number): void {
    const left = new Map<number, number>()
    for (const request of done) left.set(of(request), (left.get(of(request)) ?? 0) + 1)
    const begun = new Map<number, number>()
    for (const request of done) {
      const who = of(request)
      begun.set(who, (begun.get(who) ?? 0) + 1)
      left.set(who, (left.get(who) ?? 0) - 1)
      for (const [other, open] of left) {
        if (open > 0) expect((begun.get(who) ?? 0) - (begun.get(other) ?? 0)).toBeLessThanOrEqual(1)
      }
    }
  }
})

describe('a repository whose jobs wait for a quota', () => {
  it('keeps no worker from another repository', async () => {
    let letGo = () => {}
    const held = new Promise<void>((resolve) => {
      letGo = resolve
    })
    await enqueue(big, 20, { repository: { concurrent: 1 } })
    start(2, async ({ repository }) => (repository.id === big ? held : undefined))
    await eventually(() => expect(began).toEqual([big]))

    await enqueue(small, 3)
    await eventually(() => expect(began).toEqual([big, small, small, small]))
    letGo()
  })

  it('does not come before all others when its day turns: it goes on in turns', async () => {
    const rounds = createRounds(test.redis, queue)
    const waited = await enqueue(big, 5)
    await enqueue(small, 50)
    const [late] = (await enqueue(small, 1)).reverse()
    if (late !== undefined) await rounds.noteBegin(late)

    const again = []
    for (const request of waited) again.push(await rounds.again(request))

    expect(again).toEqual([57, 58, 59, 60, 61])
  })
})

it('a job that waits for jobs at a time runs when one has ended, without a word of anybody', async () => {
  await enqueue(big, 3, { repository: { concurrent: 1 } })
  let running = 0
  const most: number[] = []
  start(4, async () => {
    running += 1
    most.push(running)
    await sleep(50)
    running -= 1
  })

  await eventually(() => expect(most).toEqual([1, 1, 1]))
})
