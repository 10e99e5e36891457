import type { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import { z } from 'zod'
import { answered } from './answered.ts'

/** So many of the jobs that ended last say how long one takes. */
const lookedAt = 10
const timesSchema = z.tuple([z.coerce.number().positive(), z.coerce.number().positive()])

/**
 * Milliseconds until a job at this place in the queue begins, as far as the last ones tell: those that run now are as many
 * as there are workers, as long as somebody waits. Null: nothing has ended yet, or nothing runs. Throws
 * QueueUnavailableError.
 */
export async function expectedWaitMs(redis: Redis, queue: Queue, position: number): Promise<number | null> {
  const [running, ended] = await answered(
    Promise.all([redis.llen(queue.toKey('active')), redis.zrevrange(queue.toKey('completed'), 0, lookedAt - 1)]),
  )
  const times = await answered(
    Promise.all(ended.map((id) => redis.hmget(queue.toKey(id), 'processedOn', 'finishedOn'))),
  )
  return waitFor(position, running, times.flatMap(durationOf))
}

/** With `running` at work, as many begin in the time that one takes. */
export function waitFor(position: number, running: number, durationsMs: readonly number[]): number | null {
  const sorted = durationsMs.toSorted((one, other) => one - other)
  const usual = sorted[Math.floor(sorted.length / 2)]
  return usual === undefined || running === 0 ? null : (position / running) * usual
}

/** BullMQ has forgotten some. */
function durationOf(times: readonly (string | null)[]): number[] {
  const { data } = timesSchema.safeParse(times)
  return data === undefined ? [] : [data[1] - data[0]]
}
