import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JobRequest, LifeEntry, LifeEvent } from '../../worker/contract/index.ts'
import { createCheckedCommits } from '../../worker/queue/checked-commits.ts'
import { createLeavingBook, type LeavingBook } from '../../worker/queue/clear-leaving.ts'
import { createJobs, type Jobs } from '../../worker/queue/enqueue.ts'
import { heldKey, heldPlaceKey } from '../../worker/queue/held-keys.ts'
import { ledgerEntryKey } from '../../worker/queue/ledger.ts'
import { createLeftBook } from '../../worker/queue/left-book.ts'
import { createLifeBook } from '../../worker/queue/life-book.ts'
import { createLifeIntake } from '../../worker/queue/life-intake.ts'
import { createLifeJournal } from '../../worker/queue/life-journal.ts'
import { createScheduleBook } from '../../worker/queue/schedule-book.ts'
import { createSessionBook } from '../../worker/queue/session-book.ts'
import { watchCancel } from '../../worker/queue/watch-cancel.ts'
import { jobRequest } from './job-request.ts'
import { startRedis, type TestRedis } from './start-redis.ts'

const hello = { id: 7, owner: 'octo', name: 'hello' }
const place = { repository: 7, number: 3 }
const event: LifeEntry['event'] = {
  ...{ deliveryId: 'one', name: 'installation_repositories.removed', installationId: 11, by: 'root' },
  receivedAt: '2026-11-29T12:00:00.000Z',
}
const removal = (installationId = 11): LifeEntry => ({
  ...{ event, installationId, repositories: [hello] },
  effects: [{ repository: hello, effect: 'remove', why: 'out-of-reach' }],
})

let test: TestRedis
let jobs: Jobs
let leaving: LeavingBook
beforeEach(async () => {
  test = await startRedis()
  jobs = createJobs(test.redis)
  leaving = createLeavingBook(test.redis)
})
afterEach(async () => {
  await leaving[Symbol.asyncDispose]()
  await jobs[Symbol.asyncDispose]()
  await test[Symbol.asyncDispose]()
})

async function enqueue(changes: Partial<JobRequest> = {}): Promise<string> {
  const request = { ...jobRequest(), ...changes }
  await jobs.enqueue(request)
  return request.id
}
const end = (id: string) => test.redis.hset(ledgerEntryKey('jobs', id), 'state', 'done')
const soon = () => new Date(Date.now() + 1000)

describe('what is known of an installation', () => {
  it('is its repositories, by id and under the latest name, and which installations know one', async () => {
    const book = createLifeBook(test.redis)
    await enqueue()
    await enqueue({ repository: { ...jobRequest().repository, name: 'renamed' } })
    await enqueue({ installationId: 12 })

    expect(await book.known(11)).toEqual([{ ...hello, name: 'renamed' }])
    expect((await book.installationsOf(7)).toSorted()).toEqual([11, 12])
    expect(await book.installationsOf(8)).toEqual([])
  })
})

describe('a repository that leaves', () => {
  it("stops its jobs, told in the attempt, and no other installation's, also of the same repository", async () => {
    const [own, others, settled] = [await enqueue(), await enqueue({ installationId: 12 }), await enqueue()]
    const elsewhere = await enqueue({ repository: { ...jobRequest().repository, id: 8 } })
    await test.redis.hset(ledgerEntryKey('jobs', settled), 'settled', '1')
    const book = createLifeBook(test.redis)

    expect(await book.write(removal(), soon())).toBe(1)

    using stopped = await watchCancel(test.redis, own)
    expect(stopped.signal.reason).toBe('access-ended')
    for (const id of [others, settled, elsewhere]) {
      using watch = await watchCancel(test.redis, id)
      expect(watch.signal.aborted).toBe(false)
    }
    expect(await book.known(11)).toMatchObject([{ id: 8 }])
    expect(await book.write(removal(), soon())).toBe(0)
  })

  it('hands nothing off that it was stopped before', async () => {
    const id = await enqueue()
    using watch = await watchCancel(test.redis, id)
    await createLifeBook(test.redis).write(removal(), soon())

    await expect(watch.settle()).rejects.toBe('access-ended')
  })

  it('is removed from Redis once its jobs have ended, but for that they were; the control stays', async () => {
    const [own, others] = [await enqueue(), await enqueue({ installationId: 12 })]
    for (const id of [own, others]) {
      await test.redis.hset(heldKey(id), { entry: '{}', change: 'sealed', request: '{}' })
      await test.redis.hset(heldPlaceKey({ ...place, number: 4 }), id, '{}')
      await test.redis.hset(ledgerEntryKey('jobs', id), { checkpoint: '{"text":"of a private repository"}' })
    }
    const schedules = createScheduleBook(test.redis)
    for (const [repositoryId, installationId] of [
      [7, 11],
      [8, 11],
    ] as const) {
      await schedules.write({ installationId, repositoryId, fullName: 'octo/any', schedules: [] })
    }
    expect([(await jobs.known.find(own))?.id, (await jobs.known.find(others))?.id]).toEqual([own, others])
    await createLifeBook(test.redis).write(removal(), soon())
    const checked = createCheckedCommits(test.redis)
    await checked.note(7, 'a', own)
    await checked.note(7, 'b', others)
    const sessions = createSessionBook(test.redis, 'a key', null)
    const sessionOf = (installationId: number) => ({ ...jobRequest(), installationId })
    for (const id of [11, 12]) await sessions.keep(sessionOf(id), 4, 'said')
    expect(await leaving.clear()).toEqual([])

    await end(own)
    await end(others)

    expect(await leaving.clear()).toMatchObject([{ installationId: 11, repositoryId: 7 }])
    expect(await leaving.clear()).toEqual([])
    expect(await test.redis.hgetall(ledgerEntryKey('jobs', own))).toEqual({ state: 'done', cancel: 'access-ended' })
    expect(await test.redis.exists(heldKey(own))).toBe(0)
    expect(await test.redis.hkeys(heldPlaceKey({ ...place, number: 4 }))).toEqual([others])
    expect((await jobs.threads.on(place)).map(({ jobId }) => jobId)).toEqual([others])
    expect([await jobs.known.find(own), (await jobs.known.find(others))?.id]).toEqual([null, others])
    expect([await checked.jobOn(7, 'a'), await checked.jobOn(7, 'b')]).toEqual([null, others])
    expect([await sessions.read(sessionOf(11), 4), await sessions.read(sessionOf(12), 4)]).toEqual([null, 'said'])
    expect((await schedules.all()).map(({ repositoryId }) => repositoryId)).toEqual([8])
    const bodies = await test.redis.keys('airlock:jobs:*')
    expect([bodies.includes(`airlock:jobs:${own}`), bodies.includes(`airlock:jobs:${others}`)]).toEqual([false, true])
    expect(await test.redis.hexists(ledgerEntryKey('jobs', others), 'checkpoint')).toBe(1)
  })

  it('and comes back keeps what was asked for since', async () => {
    const before = await enqueue()
    await createLifeBook(test.redis).write(removal(), new Date())
    await end(before)
    await new Promise((resolve) => setTimeout(resolve, 5))
    const after = await enqueue()

    await leaving.clear()

    expect((await jobs.threads.on(place)).map(({ jobId }) => jobId)).toEqual([after])
    using watch = await watchCancel(test.redis, after)
    expect(watch.signal.aborted).toBe(false)
  })
})

describe('the journal', () => {
  it('is read by each worker from where it confirmed, also after it was away', async () => {
    const book = createLifeBook(test.redis)
    const [one, other] = [createLifeJournal(test.redis, 'one'), createLifeJournal(test.redis, 'other')]
    for (const id of [11, 12]) await book.write(removal(id), soon())

    const lines = await one.next()
    await one.confirm(lines[0]?.id ?? '')

    expect(lines.map(({ entry }) => entry?.installationId)).toEqual([11, 12])
    expect((await createLifeJournal(test.redis, 'one').next()).map(({ entry }) => entry?.installationId)).toEqual([12])
    expect(await other.next()).toHaveLength(2)
  })

  it('has nothing for a worker whose data folder is new', async () => {
    const book = createLifeBook(test.redis)
    await book.write(removal(), soon())
    const fresh = createLifeJournal(test.redis, 'fresh')

    await fresh.skipToEnd()

    expect(await fresh.next()).toEqual([])
    await book.write(removal(12), soon())
    expect(await fresh.next()).toHaveLength(1)
  })
})

it('a delivery of it is taken once', async () => {
  await using intake = createLifeIntake(test.redis)
  const taken: LifeEvent = { ...event, version: 1, repositories: [hello] }

  expect([await intake.accept(taken), await intake.accept(taken)]).toEqual(['accepted', 'duplicate'])
  expect(await intake.accept({ ...taken, deliveryId: 'two' })).toBe('accepted')
})

describe('what the operator holds for a name that has left', () => {
  const name = 'Octo/hello'
  const book = () => createLeftBook(test.redis)
  const deleted = (...repositories: readonly { readonly id: number; readonly name: string }[]): LifeEntry => ({
    ...{ event: { ...event, name: 'installation.deleted' }, installationId: 11, repositories: [] },
    effects: repositories.map((one) => ({
      ...{ repository: { ...one, owner: 'octo' }, effect: 'remove', why: 'installation-deleted' },
    })),
  })

  it('is for the very repository alone that left, and its owner goes on', async () => {
    expect(await book().isOpenTo(name, 8)).toBe(true)

    await createLifeBook(test.redis).write(removal(), soon())

    expect(await Promise.all([7, 8].map((id) => book().isOpenTo(name, id)))).toEqual([true, false])
    expect(await book().isOpenTo('octo', 8)).toBe(true)
  })

  it('is gained by nobody who takes the name and leaves again', async () => {
    const write = (id: number) => createLifeBook(test.redis).write(deleted({ id, name: 'hello' }), soon())
    await write(7)
    await write(8)

    expect(await Promise.all([7, 8].map((id) => book().isOpenTo(name, id)))).toEqual([true, false])
    expect(await Promise.all([7, 8].map((id) => book().isOpenTo('OCTO', id)))).toEqual([true, false])
  })

  it('stays as it was where jobs are stopped and nothing has left', async () => {
    const suspended = { repository: hello, effect: 'stop', why: 'installation-suspended' } as const
    await createLifeBook(test.redis).write({ ...removal(), effects: [suspended] }, soon())

    expect(await book().isOpenTo(name, 8)).toBe(true)
  })
})
