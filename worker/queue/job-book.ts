/** Jobs by their id, for whoever asks about one: what it is about, how far it is, how it ended. */
import type { Redis } from 'ioredis'
import { z } from 'zod'
import { type JobRequest, jobNoteOf, jobNoteSchema, jobResultSchema, type KnownJob } from '../contract/index.ts'
import { answered } from './answered.ts'
import { ledgerEntryKey } from './ledger.ts'
import { ledgerSeconds } from './settings.ts'
import { type PlaceOf, standingOf } from './thread-book.ts'

const noteKey = (jobId: string) => `airlock:job:${jobId}`
const bodyKey = (jobId: string) => `airlock:api:body:${jobId}`
/** All that is kept here of a job. */
export const knownJobKeys = (jobId: string): string[] => [noteKey(jobId), bodyKey(jobId)]

/** Methods throw QueueUnavailableError. */
export interface JobBook {
  /** Null: there is no such job, or it was weeks ago. */
  find(jobId: string): Promise<KnownJob | null>
  /** The digest of what this job was first asked with; null: nobody has asked for it. */
  bodyOf(jobId: string): Promise<string | null>
  /** The same, and where nobody has asked before, it is this one from now on. */
  claim(jobId: string, bodyDigest: string): Promise<string>
}

const entrySchema = z.tuple([z.string().nullable(), z.string().nullable()])

export function createJobBook(redis: Redis, placeOf: PlaceOf): JobBook {
  return {
    async find(jobId) {
      const text = await answered(redis.get(noteKey(jobId)))
      const reply = await answered(redis.hmget(ledgerEntryKey('jobs', jobId), 'state', 'result'))
      const [state, result] = entrySchema.parse(reply)
      // Noted, and not accepted: whoever asked was told so.
      if (text === null || state === null) return null
      const note = jobNoteSchema.parse(JSON.parse(text))
      const { standing, cancelled } = await standingOf(redis, placeOf, { jobId })
      const ended = standing.kind === 'ended' && result !== null
      return { ...note, standing, cancelled, result: ended ? jobResultSchema.parse(JSON.parse(result)) : null }
    },
    bodyOf: (jobId) => answered(redis.get(bodyKey(jobId))),
    async claim(jobId, bodyDigest) {
      const taken = await answered(redis.set(bodyKey(jobId), bodyDigest, 'EX', ledgerSeconds, 'NX'))
      return taken === 'OK' ? bodyDigest : ((await answered(redis.get(bodyKey(jobId)))) ?? bodyDigest)
    },
  }
}

/** Written before the job itself is. The first that is written stays. */
export async function noteJob(redis: Redis, request: JobRequest, now: Date): Promise<void> {
  const note = JSON.stringify(jobNoteOf(request, now))
  await answered(redis.set(noteKey(request.id), note, 'EX', ledgerSeconds, 'NX'))
}
