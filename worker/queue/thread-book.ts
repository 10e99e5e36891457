/** The jobs of one issue or pull request, as people there ask about them: what there is, how far it is, and an end to it. */
import type { Redis } from 'ioredis'
import { z } from 'zod'
import {
  type JobRequest,
  type JobStanding,
  type Place,
  progressNoteSchema,
  quotaWaitSchema,
  type StandingJob,
  type ThreadJob,
  threadJobSchema,
} from '../contract/index.ts'
import { answered } from './answered.ts'
import { ledgerEntryKey } from './ledger.ts'
import { ledgerSeconds } from './settings.ts'

/** The jobs that were asked for there: by id, what is known of each. */
export const threadKey = ({ repository, number }: Place) => `airlock:thread:${repository}:${number}`

/** Methods throw QueueUnavailableError. */
export interface ThreadBook {
  /** Every job of the last weeks, the newest first. */
  on(place: Place): Promise<readonly StandingJob[]>
  /** False: it had ended before, or is past the point where it can be stopped. Repeated, it says the same. */
  cancel(jobId: string): Promise<boolean>
}

/** KEYS ledger's entry · 1: it will be stopped, 0: too late. */
const cancelScript = `
local state = redis.call('HGET', KEYS[1], 'state')
if not state or state == 'done' or state == 'dead' then return 0 end
if redis.call('HEXISTS', KEYS[1], 'settled') == 1 then return 0 end
redis.call('HSET', KEYS[1], 'cancel', '1')
return 1`

/** Where in the queue a job is: 1 is next, 0 waits no more. `startsInMs` is about how long that takes; null: nobody knows. */
export type PlaceOf = (jobId: string) => Promise<{ readonly position: number; readonly startsInMs: number | null }>

export function createThreadBook(redis: Redis, placeOf: PlaceOf): ThreadBook {
  return {
    async on(place) {
      const fields = await answered(redis.hvals(threadKey(place)))
      const jobs = fields.map((text) => threadJobSchema.parse(JSON.parse(text)))
      const newestFirst = jobs.toSorted((one, other) => (one.askedAt < other.askedAt ? 1 : -1))
      return Promise.all(newestFirst.map((job) => standingOf(redis, placeOf, job)))
    },
    async cancel(jobId) {
      return (await answered(redis.eval(cancelScript, 1, ledgerEntryKey('jobs', jobId)))) === 1
    },
  }
}

/** Written before the job itself is: a job that nobody finds could not be stopped. */
export async function noteJobOfThread(redis: Redis, request: JobRequest, now: Date): Promise<void> {
  const { id, subject, actor, agent, repository, trigger, approval, task } = request
  if (subject === null) return
  const key = threadKey({ repository: repository.id, number: subject.number })
  const askedIn = approval === undefined ? trigger.askedIn : undefined
  const common = { jobId: id, actor, agent, askedAt: now.toISOString(), task: task.digest }
  const job: ThreadJob = askedIn === undefined ? common : { ...common, askedIn }
  await answered(redis.multi().hsetnx(key, id, JSON.stringify(job)).expire(key, ledgerSeconds).exec())
}

const stringOrNull = z.string().nullable()
const entrySchema = z.tuple([stringOrNull, stringOrNull, stringOrNull, stringOrNull, stringOrNull])

/** How far a job is, by the ledger and BullMQ's list. */
export async function standingOf<T extends { readonly jobId: string }>(
  redis: Redis,
  placeOf: PlaceOf,
  job: T,
): Promise<T & Pick<StandingJob, 'standing' | 'cancelled'>> {
  const entry = ledgerEntryKey('jobs', job.jobId)
  const reply = await answered(redis.hmget(entry, 'state', 'fence', 'progress', 'cancel', 'waits'))
  const [state, fence, progress, cancel, waits] = entrySchema.parse(reply)
  const cancelled = cancel !== null
  if (state !== 'accepted') return { ...job, cancelled, standing: { kind: 'ended' } }
  if (waits !== null) {
    const quota = quotaWaitSchema.parse(JSON.parse(waits))
    return { ...job, cancelled, standing: { kind: 'waiting', place: null, quota } }
  }
  if (fence !== null) return { ...job, cancelled, standing: running(fence, progress) }
  const { position, startsInMs } = await placeOf(job.jobId)
  const soon = position === 0 || startsInMs === null ? {} : { startsInMs }
  return { ...job, cancelled, standing: { kind: 'waiting', place: position === 0 ? null : position, ...soon } }
}

function running(fence: string, progress: string | null): JobStanding {
  const noted = progress === null ? {} : { noted: progressNoteSchema.parse(JSON.parse(progress)) }
  return { kind: 'running', attempt: Number(fence), ...noted }
}
