import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Decision, StillEndingError } from '../../worker/contract/index.ts'
import { emptyReport } from '../../worker/pipeline/empty-report.ts'
import { type BlockedChange, FenceLostError, type HeldChange } from '../../worker/pipeline/ports/index.ts'
import { createBlockedChanges } from '../../worker/queue/blocked-changes.ts'
import { createHeldBook } from '../../worker/queue/held-book.ts'
import { createHeldChanges } from '../../worker/queue/held-changes.ts'
import { heldKey, heldPlaceKey, mostBlocked } from '../../worker/queue/held-keys.ts'
import { listKept, openKept } from '../../worker/queue/kept-changes.ts'
import { ledgerEntryKey } from '../../worker/queue/ledger.ts'
import { jobRequest } from './job-request.ts'
import { startRedis, type TestRedis } from './start-redis.ts'

const key = 'the key of an App'
const digest = 'c'.repeat(64)
const place = { repository: 7, number: 3 }
const outcome = { outcome: 'held', reason: 'gate-hold' } as const
const by = (verb: Decision['verb'], eventKey: string): Decision => ({
  verb,
  by: { id: 1, login: 'bea' },
  permission: 'write',
  at: '2026-11-29T08:00:00.000Z',
  eventKey,
})

function changeOf(content: Buffer): HeldChange {
  const after = { mode: '100644', sha: 'e'.repeat(40), content } as const
  return {
    kind: 'change',
    baseTreeSha: 'd'.repeat(40),
    patch: Buffer.from('+a patch'),
    changeSet: { baseSha: 'a'.repeat(40), treeSha: 'b'.repeat(40), files: [{ path: 'a.txt', before: null, after }] },
    summary: {
      report: emptyReport({ id: 'job0000001', baseSha: 'a'.repeat(40), audit: '' }, outcome),
      outcome,
      gates: [],
      agentSummary: '',
      changedFiles: [],
      notes: [],
      setup: null,
      pullRequestUrl: null,
      recordHead: '',
      lastOutput: '',
    },
  }
}

let test: TestRedis
beforeEach(async () => {
  test = await startRedis()
})
afterEach(() => test[Symbol.asyncDispose]())

async function keep(content = Buffer.from('a secret recipe'), request = jobRequest()) {
  await test.redis.hset(ledgerEntryKey('jobs', request.id), 'fence', '2')
  const until = await createHeldChanges(test.redis, key, 2).keep(request, { number: 3, digest }, changeOf(content))
  return { request, until }
}
const end = (id: string) => test.redis.hset(ledgerEntryKey('jobs', id), 'state', 'done')

describe('a change that is held', () => {
  it('comes back as it was, to whoever has the App key, and is unreadable to others', async () => {
    const { request } = await keep()

    const held = await createHeldChanges(test.redis, key, 9).load(request.id)
    const other = await createHeldChanges(test.redis, 'another key', 9).load(request.id)

    expect(held).toEqual(changeOf(Buffer.from('a secret recipe')))
    expect(other).toBeNull()
    expect((await test.redis.hgetBuffer(heldKey(request.id), 'change'))?.includes('recipe')).toBe(false)
    expect(await test.redis.ttl(heldKey(request.id))).toBeLessThanOrEqual(14 * 24 * 3600)
    expect(await test.redis.ttl(heldPlaceKey(place))).toBeGreaterThan(30 * 24 * 3600)
  })

  it('is not kept by an attempt that was overtaken', async () => {
    const { request } = await keep()
    const late = createHeldChanges(test.redis, key, 1).keep(
      request,
      { number: 3, digest: 'f'.repeat(64) },
      changeOf(Buffer.from('late')),
    )

    await expect(late).rejects.toBeInstanceOf(FenceLostError)
    expect(await createHeldBook(test.redis).on(place)).toMatchObject([{ digest }])
  })

  it('is not read in the place of another job’s', async () => {
    const [mine, other] = [await keep(), await keep(Buffer.from('other'))]
    const sealed = await test.redis.hgetBuffer(heldKey(other.request.id), 'change')
    await test.redis.hset(heldKey(mine.request.id), 'change', sealed ?? '')

    expect(await createHeldChanges(test.redis, key, 2).load(mine.request.id)).toBeNull()
  })

  it('is kept without its patch where both are too large', async () => {
    const request = jobRequest()
    await test.redis.hset(ledgerEntryKey('jobs', request.id), 'fence', '2')
    const [content, patch] = [randomBytes(2_000_000), randomBytes(3_000_000)]

    await createHeldChanges(test.redis, key, 2).keep(request, { number: 3, digest }, { ...changeOf(content), patch })

    expect(await createHeldChanges(test.redis, key, 2).load(request.id)).toEqual({ ...changeOf(content), patch: null })
  })

  it('is not kept where it is too large', async () => {
    const { until } = await keep(randomBytes(5 * 1024 * 1024))

    expect(until).toBeNull()
    expect(await createHeldBook(test.redis).on(place)).toEqual([])
  })
})

describe('a change that is blocked', () => {
  const blockedOf = (patch: Uint8Array): BlockedChange => ({
    kind: 'blocked',
    digest,
    patch,
    summary: changeOf(Buffer.from('')).summary,
  })

  async function block(patch: Uint8Array = Buffer.from('+a secret recipe'), request = jobRequest()) {
    await test.redis.hset(ledgerEntryKey('jobs', request.id), 'fence', '2')
    const until = await createBlockedChanges(test.redis, key, 2).keep(request, blockedOf(patch))
    return { request, until }
  }

  it('is listed and opened with the App key, and unreadable to others', async () => {
    const { request, until } = await block(Buffer.from([0, 255, 10]))

    const entry = { kind: 'blocked', jobId: request.id, repository: 'octo/hello', number: 3, requester: request.actor }
    expect(await listKept(test.redis)).toEqual([{ ...entry, until: until?.toISOString() }])
    expect(await openKept(test.redis, key, request.id)).toMatchObject({ kept: blockedOf(Buffer.from([0, 255, 10])) })
    expect(await openKept(test.redis, 'another key', request.id)).toMatchObject({ kept: null })
    expect(await openKept(test.redis, key, 'job0000009')).toBeNull()
  })

  it('has no digest in the clear, against which words could be tried', async () => {
    const { request } = await block()

    expect(JSON.stringify(await test.redis.hgetall(heldKey(request.id)))).not.toContain(digest)
  })

  it('is no change that an approval could find, not even where a held one was before', async () => {
    const { request } = await keep()
    await end(request.id)
    await block(Buffer.from('+blocked'), request)

    expect(await createHeldChanges(test.redis, key, 9).load(request.id)).toBeNull()
    await end(request.id)
    expect(await createHeldBook(test.redis).decide(place, request.id, by('approve', 'a'))).toBeNull()
  })

  it('is not kept by an attempt that was overtaken, nor where it is too large', async () => {
    const { request } = await block()
    const late = createBlockedChanges(test.redis, key, 1).keep(request, blockedOf(Buffer.from('+late')))

    await expect(late).rejects.toBeInstanceOf(FenceLostError)
    expect(await openKept(test.redis, key, request.id)).toMatchObject({
      kept: { patch: Buffer.from('+a secret recipe') },
    })
    expect((await block(randomBytes(5 * 1024 * 1024))).until).toBeNull()
  })

  it('goes when too many come after it; what is held stays, however many', async () => {
    const { request: held } = await keep()
    const first = await block()
    const second = await block()
    for (let more = 0; more < mostBlocked - 1; more += 1) await block()

    const kept = await listKept(test.redis)

    expect(kept.filter(({ kind }) => kind === 'blocked')).toHaveLength(mostBlocked)
    expect(kept.map(({ jobId }) => jobId)).toContain(held.id)
    const oldest = [first, second].filter(({ request }) => kept.every(({ jobId }) => jobId !== request.id))
    expect(oldest).toHaveLength(1)
  })

  it('is forgotten when its job is', async () => {
    const { request } = await block()

    await createBlockedChanges(test.redis, key, 2).forget(request.id)

    expect(await listKept(test.redis)).toEqual([])
  })
})

describe('a decision', () => {
  it('waits until the job can make no other change', async () => {
    const { request } = await keep()
    await test.redis.hset(ledgerEntryKey('jobs', request.id), 'state', 'accepted')
    const book = createHeldBook(test.redis)

    await expect(book.decide(place, request.id, by('approve', 'a'))).rejects.toBeInstanceOf(StillEndingError)
    await end(request.id)
    expect(await book.decide(place, request.id, by('approve', 'a'))).toMatchObject({ request: { id: request.id } })
  })

  it('is the first one, whoever comes after', async () => {
    const { request } = await keep()
    await end(request.id)
    const book = createHeldBook(test.redis)

    const all = await Promise.all(
      ['a', 'b', 'c'].map((who) => book.decide(place, request.id, by(who === 'b' ? 'reject' : 'approve', who))),
    )

    expect(new Set(all.map((decided) => decided?.decision.eventKey)).size).toBe(1)
    expect(await book.on(place)).toMatchObject([{ decision: { eventKey: all[0]?.decision.eventKey } }])
  })

  it('to reject takes the change away at once; one on a change that is gone changes nothing', async () => {
    const [rejected, expired] = [await keep(), await keep()]
    const book = createHeldBook(test.redis)
    for (const { request } of [rejected, expired]) await end(request.id)
    await test.redis.del(heldKey(expired.request.id))

    await book.decide(place, rejected.request.id, by('reject', 'a'))

    expect(await createHeldChanges(test.redis, key, 2).load(rejected.request.id)).toBeNull()
    expect(await book.decide(place, rejected.request.id, by('approve', 'b'))).toMatchObject({
      decision: { verb: 'reject' },
      request: null,
    })
    expect(await book.decide(place, expired.request.id, by('approve', 'c'))).toBeNull()
  })
})
