/** Takes out of Redis what is kept of a repository that has left, once its jobs have come to their end. */
import type { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import { z } from 'zod'
import { answered } from './answered.ts'
import { checkedKeysOf } from './checked-commits.ts'
import { blockedIndexKey, decisionField, heldKey, heldPlacesOf } from './held-keys.ts'
import { knownJobKeys } from './job-book.ts'
import { ledgerEntryKey } from './ledger.ts'
import { jobsKey, leavingField, leavingKey } from './life-keys.ts'
import { openQueue } from './open-queue.ts'
import { type JobOfRepository, jobsOfRepository } from './repository-jobs.ts'
import { forgetSchedules } from './schedule-book.ts'
import { sessionKeysOf } from './session-book.ts'
import { threadKey } from './thread-book.ts'
import { asksKey, turnKey } from './turn-book.ts'

export interface Leaving {
  readonly installationId: number
  readonly repositoryId: number
  /** Milliseconds since the epoch; what was asked for later is not of what left. */
  readonly since: number
}

export interface LeavingBook extends AsyncDisposable {
  /** Removes what can be. Returns what is gone; the rest waits for jobs to end. Throws QueueUnavailableError. */
  clear(): Promise<readonly Leaving[]>
}

/** Keys that are looked at in one round trip, of all that Redis has. */
const keysAtOnce = 1000
const fieldSchema = z.tuple([z.coerce.number().int(), z.coerce.number().int()])
/** What a job waited for, and where it stood. */
const waitingFields = ['waits', 'told', 'order', 'round', 'turn', 'owner', 'begun', 'slot']
/** Of a finished event's body. */
const eventSchema = z.object({
  installationId: z.int(),
  repository: z.object({ id: z.int() }),
  receivedAt: z.iso.datetime(),
})

export function createLeavingBook(redis: Redis): LeavingBook {
  const [jobs, intake] = [openQueue(redis, 'jobs'), openQueue(redis, 'intake')]

  async function clearOne(leaving: Leaving): Promise<boolean> {
    const { installationId, repositoryId, since } = leaving
    const key = jobsKey(installationId, repositoryId)
    const found = await jobsOfRepository(redis, key, since)
    const states = await Promise.all(found.map(({ id }) => answered(redis.hget(ledgerEntryKey('jobs', id), 'state'))))
    if (states.includes('accepted')) return false
    for (const job of found) if (!(await forget(repositoryId, job))) return false
    await forgetPlaces(repositoryId, found)
    await forgetChecks(repositoryId, found)
    await forgetEvents(leaving)
    await forgetSessions(leaving)
    await forgetSchedules(redis, leaving)
    await answered(redis.zremrangebyscore(key, '-inf', since))
    return true
  }

  /** All but that it was: a delivery of it must not be taken for news. False: BullMQ has not let go of it yet. */
  async function forget(repository: number, { id, number, pullRequest }: JobOfRepository): Promise<boolean> {
    if (!(await removeJob(jobs, id))) return false
    const place = { repository, number }
    const write = redis
      .multi()
      .hdel(ledgerEntryKey('jobs', id), 'checkpoint', 'grave', 'step', 'result', ...waitingFields)
      .del(heldKey(id), turnKey(id), ...knownJobKeys(id))
      .zrem(blockedIndexKey, id)
      .hdel(threadKey(place), id)
      .hdel(asksKey({ repository, number: pullRequest }), id)
    await answered(write.exec())
    return true
  }

  /** CI waits on the pull request that a job opened, not where it was asked for: no job says which. */
  async function forgetPlaces(repositoryId: number, found: readonly JobOfRepository[]): Promise<void> {
    const fields = found.flatMap(({ id }) => [id, decisionField(id)])
    if (fields.length === 0) return
    for await (const key of keysFrom(heldPlacesOf(repositoryId))) await answered(redis.hdel(key, ...fields))
  }

  async function forgetChecks(repositoryId: number, found: readonly JobOfRepository[]): Promise<void> {
    for await (const key of keysFrom(checkedKeysOf(repositoryId))) {
      const jobId = await answered(redis.get(key))
      if (found.some(({ id }) => id === jobId)) await answered(redis.del(key))
    }
  }

  async function forgetSessions({ installationId, repositoryId }: Leaving): Promise<void> {
    for await (const key of keysFrom(sessionKeysOf(installationId, repositoryId))) await answered(redis.del(key))
  }

  async function* keysFrom(start: string): AsyncGenerator<string> {
    for await (const keys of redis.scanStream({ match: `${start}*`, count: keysAtOnce })) {
      yield* z.array(z.string()).parse(keys)
    }
  }

  async function forgetEvents({ installationId, repositoryId, since }: Leaving): Promise<void> {
    for (const job of await answered(intake.getJobs(['completed', 'failed']))) {
      const event = eventOf(job?.data)
      if (event?.installationId !== installationId || event.repository.id !== repositoryId) continue
      if (Date.parse(event.receivedAt) <= since) await removeJob(intake, job?.id ?? '')
    }
  }

  return {
    async clear() {
      const cleared: Leaving[] = []
      for (const [field, since] of Object.entries(await answered(redis.hgetall(leavingKey)))) {
        const [installationId, repositoryId] = fieldSchema.parse(field.split(':'))
        const leaving = { installationId, repositoryId, since: Number(since) }
        if (!(await clearOne(leaving))) continue
        await answered(redis.eval(doneScript, 1, leavingKey, leavingField(installationId, repositoryId), since))
        cleared.push(leaving)
      }
      return cleared
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([jobs.close(), intake.close()])
    },
  }
}

/** KEYS what is leaving · ARGV field, since: it may have come back and left again meanwhile. */
const doneScript = `
if redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2] then return redis.call('HDEL', KEYS[1], ARGV[1]) end
return 0`

async function removeJob(queue: Queue, id: string): Promise<boolean> {
  const job = await answered(queue.getJob(id))
  return job === undefined || (await answered(queue.remove(id))) === 1
}

function eventOf(data: unknown) {
  const body = z.object({ body: z.string() }).safeParse(data).data?.body
  return body === undefined ? undefined : eventSchema.safeParse(JSON.parse(body)).data
}
