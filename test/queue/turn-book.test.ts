import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JobRequest } from '../../worker/contract/index.ts'
import { createJobs, type Jobs } from '../../worker/queue/enqueue.ts'
import { ledgerEntryKey } from '../../worker/queue/ledger.ts'
import { createTurnBook, type TurnBook } from '../../worker/queue/turn-book.ts'
import { jobRequest } from './job-request.ts'
import { startRedis, type TestRedis } from './start-redis.ts'

const continues = { pullRequest: 9, branch: 'airlock/issue-3-0123456789', commits: [] }
let test: TestRedis
let jobs: Jobs
let turns: TurnBook
beforeEach(async () => {
  test = await startRedis()
  jobs = createJobs(test.redis)
  turns = createTurnBook(test.redis)
})
afterEach(async () => {
  await jobs[Symbol.asyncDispose]()
  await test[Symbol.asyncDispose]()
})

async function enqueue(changes: Partial<JobRequest> = {}): Promise<JobRequest> {
  const request = { ...jobRequest(), continues, ...changes }
  await jobs.enqueue(request)
  return request
}

const set = ({ id }: JobRequest, fields: Readonly<Record<string, string>>) =>
  test.redis.hset(ledgerEntryKey('jobs', id), fields)
const joinedOf = (turn: Awaited<ReturnType<TurnBook['begin']>>) =>
  turn.kind === 'run' ? (turn.request.joined ?? []).map(({ jobId }) => jobId) : turn.kind

describe('jobs on one pull request', () => {
  it('wait for the one that works, until it has ended', async () => {
    const first = await enqueue()
    await turns.begin(first)
    const second = await enqueue()

    expect(await turns.begin(second)).toEqual({ kind: 'wait', delayMs: expect.any(Number) })
    await set(first, { state: 'done' })

    expect(await turns.begin(second)).toMatchObject({ kind: 'run', request: { id: second.id } })
  })

  it('that wait are taken along, once, by whichever begins; they end saying by which', async () => {
    const asked = [await enqueue(), await enqueue(), await enqueue()]

    const began = await Promise.all(asked.map((request) => turns.begin(request)))
    const [leader, ...more] = began.flatMap((turn) => (turn.kind === 'run' && turn.request.joined ? [turn] : []))
    const others = asked.filter(({ id }) => id !== leader?.request.id)

    expect(more).toEqual([])
    expect(leader?.request.joined).toHaveLength(2)
    for (const other of others) {
      expect(await turns.begin(other)).toMatchObject({ request: { joinedTo: leader?.request.id } })
    }
  })

  it('say the same in every attempt, whatever came since', async () => {
    const [first, second] = [await enqueue(), await enqueue()]
    const before = await turns.begin(first)
    await set(second, { state: 'done' })
    await enqueue()

    expect(await turns.begin(first)).toEqual(before)
    expect(joinedOf(before)).toEqual([second.id])
  })

  it('are taken along again by a job that died while it was taking them', async () => {
    const [first, second] = [await enqueue(), await enqueue()]
    await turns.begin(first)
    // As if it had died between the two writes.
    await test.redis.del(`airlock:turn:${first.id}`)
    await test.redis.hset('airlock:turns:7:9:asks', second.id, JSON.stringify(second))
    await set(second, { state: 'done' })

    expect(joinedOf(await turns.begin(first))).toEqual([second.id])
  })

  it.each([
    ['was cancelled', { cancel: '1' }],
    ['has ended', { state: 'done' }],
  ])('are not taken along where one %s', async (_what, fields) => {
    const [first, second, control] = [await enqueue(), await enqueue(), await enqueue()]
    await set(second, fields)

    expect(joinedOf(await turns.begin(first))).toEqual([control.id])
    expect(await turns.begin(second)).toEqual({ kind: 'run', request: second })
  })

  it('begin where jobs of ours moved the branch, and nowhere else', async () => {
    const [from, to, last, pushed] = ['a', 'c', 'd', 'e'].map((digit) => ({ ref: 'x', sha: digit.repeat(40) }))
    const [first, second] = [await enqueue({ base: from }), await enqueue({ base: from })]
    await set(first, { state: 'done' })
    await turns.noteMove({ ...first, base: from ?? first.base }, to?.sha ?? '')
    await turns.noteMove({ ...first, base: to ?? first.base }, last?.sha ?? '')

    expect(await turns.begin(second)).toMatchObject({ request: { base: last } })
    await set(second, { state: 'done' })
    expect(await turns.begin(await enqueue({ base: pushed }))).toMatchObject({ request: { base: pushed } })
  })
})

it.each([
  ['another pull request', { continues: { ...continues, pullRequest: 10 } }],
  ['no pull request of ours', { continues: undefined }],
])('a job on %s waits for none of them', async (_what, changes) => {
  await turns.begin(await enqueue())
  const { continues: on, ...request } = { ...jobRequest(), ...changes }
  const other = on === undefined ? request : { ...request, continues: on }
  await jobs.enqueue(other)

  expect(await turns.begin(other)).toEqual({ kind: 'run', request: other })
})

it('an approval waits for none: it brings what was made on a base of its own', async () => {
  await turns.begin(await enqueue())
  const by = {
    by: { id: 5, login: 'ada' },
    permission: 'admin',
    at: '2026-11-29T10:00:00.000Z',
    eventKey: 'e',
  } as const
  const approval = { jobId: 'job0000009', digest: 'b'.repeat(64), ...by }

  const approved = await enqueue({ approval })

  expect(await turns.begin(approved)).toEqual({ kind: 'run', request: approved })
})
