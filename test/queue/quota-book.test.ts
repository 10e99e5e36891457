import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type JobRequest, type Policy, quotaHolders, quotaUnits } from '../../worker/contract/index.ts'
import { createJobs, type Jobs } from '../../worker/queue/enqueue.ts'
import { ledgerEntryKey } from '../../worker/queue/ledger.ts'
import { createQuotaBook, type QuotaBook, type QuotaDeps } from '../../worker/queue/quota-book.ts'
import { createSpendBook } from '../../worker/queue/spend-book.ts'
import { eventually } from './eventually.ts'
import { jobRequest, newJobId } from './job-request.ts'
import { startRedis, type TestRedis } from './start-redis.ts'
import { startWorker, untilSaid } from './start-worker.ts'

const evening = Date.UTC(2026, 10, 29, 23)
const midnight = '2026-11-30T00:00:00.000Z'
const hour = 3600_000

const approval: NonNullable<JobRequest['approval']> = {
  ...{ jobId: 'job0000009', digest: 'b'.repeat(64), by: { id: 5, login: 'ada' } },
  ...{ permission: 'admin', at: '2026-11-29T10:00:00.000Z', eventKey: 'e' },
}

let test: TestRedis
let jobs: Jobs
let clock: { now: number }
const onWait = vi.fn<QuotaDeps['onWait']>()
beforeEach(async () => {
  test = await startRedis()
  jobs = createJobs(test.redis)
  clock = { now: evening }
  onWait.mockReset()
})
afterEach(async () => {
  await jobs[Symbol.asyncDispose]()
  await test[Symbol.asyncDispose]()
})

function openBook(leaseMs = 30_000): QuotaBook {
  const priorityAgain = async () => 9
  return createQuotaBook({ redis: test.redis, onWait, priorityAgain, now: () => clock.now, leaseMs })
}

async function enqueue(quotas: Policy['quotas'], changes: Partial<JobRequest> = {}): Promise<JobRequest> {
  const request = jobRequest('Fix it.', newJobId())
  const asked = { ...request, policy: { ...request.policy, quotas }, ...changes }
  await jobs.enqueue(asked)
  return asked
}

type Begun = Awaited<ReturnType<QuotaBook['begin']>>
const said = (turn: Begun) => (turn.kind === 'run' ? (turn.request.overQuota?.unit ?? 'runs') : 'waits')
const endOf = (turn: Begun) => (turn.kind === 'run' ? turn.end?.() : undefined)
const set = ({ id }: JobRequest, fields: Readonly<Record<string, string>>) =>
  test.redis.hset(ledgerEntryKey('jobs', id), fields)
/** What a job says that comes up again until it says something else than that it takes its place in the queue anew. */
async function comesUp(book: QuotaBook, request: JobRequest): Promise<Begun> {
  const turn = await book.begin(request)
  return turn.kind === 'wait' && turn.priority === 9 ? book.begin(request) : turn
}

describe('jobs at a time', () => {
  const one = { repository: { concurrent: 1 } }

  it('are no more than the quota over several workers at once', async () => {
    const books = [openBook(), openBook(), openBook(), openBook()]
    const asked = await Promise.all(books.map(() => enqueue({ repository: { concurrent: 2 } })))

    const turns = await Promise.all(books.map((book, index) => book.begin(asked[index] ?? jobRequest())))

    expect(turns.map(said).toSorted()).toEqual(['runs', 'runs', 'waits', 'waits'])
  })

  it('wait for those that run, in their order, and take their place in the queue anew', async () => {
    const book = openBook()
    const [first, second, third] = [await enqueue(one), await enqueue(one), await enqueue(one)]
    const runs = await book.begin(first)
    expect([said(await book.begin(third)), said(await book.begin(second))]).toEqual(['waits', 'waits'])

    await endOf(runs)

    expect(said(await book.begin(third))).toBe('waits')
    expect(await book.begin(second)).toEqual({ kind: 'wait', delayMs: 0, priority: 9 })
    expect(said(await book.begin(third))).toBe('waits')
    expect(said(await book.begin(second))).toBe('runs')
  })

  it('are not overtaken by one that came later and finds room first', async () => {
    const book = openBook()
    const first = await book.begin(await enqueue(one))
    const second = await enqueue(one)
    await book.begin(second)
    await endOf(first)

    expect(said(await book.begin(await enqueue(one)))).toBe('waits')
    expect(said(await comesUp(book, second))).toBe('runs')
  })

  it('of one person keep nobody else waiting, in the same repository or another', async () => {
    const book = openBook()
    const quotas = { person: { concurrent: 1 }, repository: { concurrent: 2 } }
    const mine = [await enqueue(quotas), await enqueue(quotas)]
    const theirs = await enqueue(quotas, { actor: { id: 6, login: 'bob' } })
    const elsewhere = { id: 8, owner: 'octo', name: 'other', private: true, defaultBranch: 'main' }
    const others = await enqueue(quotas, { actor: { id: 7, login: 'cyd' }, repository: elsewhere })

    const turns = [...mine, theirs, others].map((request) => book.begin(request))

    expect((await Promise.all(turns)).map(said)).toEqual(['runs', 'waits', 'runs', 'runs'])
  })

  it('count a job once that is tried again, and an overtaken attempt does not give its place back', async () => {
    const book = openBook()
    const request = await enqueue(one)
    const overtaken = await book.begin(request)
    const again = await book.begin(request)
    const next = await enqueue(one)

    await endOf(overtaken)
    expect(said(await book.begin(next))).toBe('waits')
    await endOf(again)

    expect(said(await comesUp(book, next))).toBe('runs')
  })

  it('keep their place while they run, and lose it when their worker is killed', async () => {
    const book = openBook(300)
    const living = await book.begin(await enqueue(one))
    const next = await enqueue(one)
    await sleep(900)
    expect(said(await book.begin(next))).toBe('waits')

    // A worker that is killed says nothing more: as if its timers had gone with it.
    const key = ledgerEntryKey('jobs', living.kind === 'run' ? living.request.id : '')
    await test.redis.hdel(key, 'slot')

    await eventually(async () => expect(said(await comesUp(book, next))).toBe('runs'))
    await endOf(living)
  })

  it.each([
    ['was cancelled', { cancel: '1' }],
    ['has ended', { state: 'done' }],
    ['was given up', { grave: '{}' }],
    ['is done and not told yet', { result: '{}' }],
  ])('do not keep one waiting that %s: it only has to end', async (_what, fields) => {
    const book = openBook()
    await book.begin(await enqueue(one))
    const [waiting, behind] = [await enqueue(one), await enqueue(one)]
    await book.begin(waiting)
    await book.begin(behind)
    await set(waiting, fields)

    expect(await book.begin(waiting)).toEqual({ kind: 'run', request: waiting })
    expect(await test.redis.zrange('airlock:waiting:concurrent:repository:7', '0', '-1')).toEqual([behind.id])
  })

  it('that ended while they waited keep none waiting behind them, though nobody took them out', async () => {
    const book = openBook()
    const first = await book.begin(await enqueue(one))
    const [waiting, behind] = [await enqueue(one), await enqueue(one)]
    await book.begin(waiting)
    await book.begin(behind)
    await endOf(first)
    await set(waiting, { state: 'done' })

    expect(said(await comesUp(book, behind))).toBe('runs')
  })

  it.each<[string, Partial<JobRequest>]>([
    ['what a person approved', { approval }],
    ['what another job does', { joinedTo: 'f'.repeat(16) }],
  ])('are not counted for %s', async (_what, changes) => {
    const book = openBook()
    await book.begin(await enqueue(one))
    const request = await enqueue(one, changes)

    expect(await book.begin(request)).toEqual({ kind: 'run', request })
  })

  it('are as many as before where a worker is killed: its job is taken up in its own place', async () => {
    const asked = (plan: object) => enqueue(one, { task: jobRequest(JSON.stringify(plan)).task })
    const first = await asked({ sleeps: 1 })
    await using killed = startWorker(test.server.url, 'first', 'quick')
    await untilSaid(test.redis, 'first:start 1')
    const second = await asked({})
    await using next = startWorker(test.server.url, 'second', 'quick')
    await untilSaid(test.redis, 'second:up')
    killed.kill('SIGKILL')

    await untilSaid(test.redis, 'second:start 2', 'second:start 1')
    next.kill('SIGTERM')
    await next.ended

    expect(await test.redis.lrange('effects', 0, -1)).toEqual([`${first.id}:2`, `${second.id}:1`])
    expect(await test.redis.keys('airlock:running:*')).toEqual([])
  })
})

describe('quotas of a day', () => {
  it('refuse the job that is one too many, name it, and begin anew at midnight in UTC', async () => {
    const book = openBook()
    const quotas = { person: { jobs: 2 } }
    const turns = [
      await book.begin(await enqueue(quotas)),
      await book.begin(await enqueue(quotas)),
      await book.begin(await enqueue(quotas)),
    ]
    expect(turns.map(said)).toEqual(['runs', 'runs', 'jobs'])
    expect(turns[2]).toMatchObject({ request: { overQuota: { whose: 'ada in octo', unit: 'jobs', most: 2 } } })

    clock.now += hour

    expect(said(await book.begin(await enqueue(quotas)))).toBe('runs')
    for (const key of await test.redis.keys('airlock:used:*')) expect(await test.redis.ttl(key)).toBeGreaterThan(0)
  })

  it('charge a job once, however often it is tried, and let what has begun go on', async () => {
    const book = openBook()
    const quotas = { repository: { jobs: 1 } }
    const request = await enqueue(quotas)

    const turns = [await book.begin(request), await book.begin(request), await book.begin(request)]

    expect(turns.map(said)).toEqual(['runs', 'runs', 'runs'])
    expect(said(await book.begin(await enqueue(quotas)))).toBe('jobs')
    expect(await test.redis.get('airlock:used:jobs:2026-11-29:repository:7')).toBe('1')
  })

  it('that wait do so until the day turns, in their order, and no worker is held', async () => {
    const book = openBook()
    const quotas = { organisation: { jobs: 1 }, over: 'wait' } as const
    await book.begin(await enqueue(quotas))
    const [first, second] = [await enqueue(quotas), await enqueue(quotas)]
    expect([said(await book.begin(first)), said(await book.begin(second))]).toEqual(['waits', 'waits'])

    clock.now += hour

    expect([said(await comesUp(book, second)), said(await comesUp(book, first))]).toEqual(['waits', 'runs'])
  })

  it('count the minutes that jobs run', async () => {
    const book = openBook()
    const quotas = { repository: { minutes: 30 } }
    const turn = await book.begin(await enqueue(quotas))
    clock.now += 29 * 60_000
    await endOf(turn)
    const last = await book.begin(await enqueue(quotas))
    expect(said(last)).toBe('runs')

    clock.now += 60_000
    await endOf(last)

    expect(said(await book.begin(await enqueue(quotas)))).toBe('minutes')
  })

  it('see what models took, and make budgets wait where the policy says so', async () => {
    const book = openBook()
    const spending = createSpendBook(test.redis, () => clock.now)
    const tokens = { repository: { tokens: 100 } }
    const budget = { budgets: { repositoryUsd: 1 }, quotas: { over: 'wait' } } as const
    const request = await enqueue(tokens)
    const account = { account: 'repository:7', whose: 'octo/hello' }
    expect(said(await book.begin(request))).toBe('runs')

    await spending.add(
      [
        { ...account, unit: 'tokens', most: 100 },
        { ...account, unit: 'usd', most: 1 },
      ],
      { tokens: 100, usd: 1 },
    )

    expect(said(await book.begin(await enqueue(tokens)))).toBe('tokens')
    const base = jobRequest()
    const waits = await enqueue(undefined, { policy: { ...base.policy, ...budget } })
    expect(said(await book.begin(waits))).toBe('waits')
    expect(onWait).toHaveBeenCalledExactlyOnceWith(
      waits,
      { quota: "the day's budget of octo/hello, 1 USD", until: midnight },
      expect.anything(),
    )
  })

  const elsewhere = { id: 8, owner: 'octo', name: 'other', private: true, defaultBranch: 'main' }
  const far = { id: 9, owner: 'acme', name: 'far', private: true, defaultBranch: 'main' }
  const bob = { id: 6, login: 'bob' }
  const accounts = { person: 'owner:octo:person:5', repository: 'repository:7', organisation: 'owner:octo' }
  const whoElse: Readonly<Record<(typeof quotaHolders)[number], Partial<JobRequest>>> = {
    ...{ person: { actor: bob }, repository: { actor: bob, repository: elsewhere } },
    organisation: { actor: bob, repository: far },
  }
  const counted = { concurrent: { most: 1, next: 'waits' }, jobs: { most: 1, next: 'jobs' } } as const
  const all = { ...counted, minutes: { most: 1, next: 'minutes' }, tokens: { most: 100, next: 'tokens' } } as const

  it.each(quotaHolders.flatMap((holder) => quotaUnits.map((unit) => [unit, holder] as const)))(
    'hold for %s of one %s; and control: another has its own',
    async (unit, holder) => {
      const book = openBook()
      const { most, next } = all[unit]
      const quotas: Policy['quotas'] = { [holder]: { [unit]: most } }
      const turn = await book.begin(await enqueue(quotas))
      if (unit === 'tokens') {
        const account = { account: accounts[holder], whose: 'them', unit: 'tokens', most } as const
        await createSpendBook(test.redis, () => clock.now).add([account], { tokens: most, usd: 0 })
      }
      if (unit === 'minutes') clock.now += 60_000
      if (unit !== 'concurrent') await endOf(turn)

      expect(said(await book.begin(await enqueue(quotas)))).toBe(next)
      expect(said(await book.begin(await enqueue(quotas, whoElse[holder])))).toBe('runs')
    },
  )

  it('take nothing of one quota where another has no room', async () => {
    const book = openBook()
    const quotas = { person: { jobs: 5 }, repository: { concurrent: 1 } }
    await book.begin(await enqueue(quotas))

    await book.begin(await enqueue(quotas))

    expect(await test.redis.get('airlock:used:jobs:2026-11-29:owner:octo:person:5')).toBe('1')
  })
})

describe('whoever asked for a job that waits', () => {
  const one = { repository: { concurrent: 1 } }

  it('is told once for what, and finds it where they ask; not any more when it runs', async () => {
    const book = openBook()
    const first = await book.begin(await enqueue(one))
    const waiting = await enqueue(one)
    await book.begin(waiting)
    await book.begin(waiting)
    const quota = { quota: 'the jobs at a time of octo/hello, 1', until: null }

    expect(onWait).toHaveBeenCalledExactlyOnceWith(waiting, quota, expect.anything())
    const standing = async () => (await jobs.known.find(waiting.id))?.standing
    expect(await standing()).toEqual({ kind: 'waiting', place: null, quota })
    const [onThread] = (await jobs.threads.on({ repository: 7, number: 3 })).filter(({ jobId }) => jobId === waiting.id)
    expect(onThread?.standing).toEqual({ kind: 'waiting', place: null, quota })
    await endOf(first)
    await comesUp(book, waiting)

    expect(await standing()).not.toHaveProperty('quota')
  })

  it('is told later where GitHub is away', async () => {
    const book = openBook()
    await book.begin(await enqueue(one))
    const waiting = await enqueue(one)
    onWait.mockRejectedValueOnce(new Error('away'))

    const turns = [await book.begin(waiting), await book.begin(waiting), await book.begin(waiting)]

    expect(turns.map(said)).toEqual(['waits', 'waits', 'waits'])
    expect(onWait).toHaveBeenCalledTimes(2)
  })

  it('is told at a pace that GitHub takes, the last of many a little later', async () => {
    const book = openBook()
    await book.begin(await enqueue(one))
    const waiting = await Promise.all(Array.from({ length: 25 }, () => enqueue(one)))

    for (const request of waiting) await book.begin(request)
    expect(onWait).toHaveBeenCalledTimes(20)
    await test.redis.del('airlock:pace:waits:11')
    for (const request of waiting) await book.begin(request)

    expect(new Set(onWait.mock.calls.map(([{ id }]) => id)).size).toBe(25)
    expect(onWait).toHaveBeenCalledTimes(25)
  })

  it('is not told that it waits when it runs by then', async () => {
    const book = openBook()
    const first = await book.begin(await enqueue(one))
    const waiting = await enqueue(one)
    const late: unknown[] = []
    onWait.mockImplementationOnce(async (_request, _wait, fence) => {
      await endOf(first)
      await comesUp(book, waiting)
      await fence.check().catch((error: Error) => void late.push(error.name))
    })

    await book.begin(waiting)

    expect(late).toEqual(['FenceLostError'])
  })
})
