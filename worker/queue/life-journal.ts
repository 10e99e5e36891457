/** The workers' side of the journal: each acts on every entry, in order, and says so. */
import type { Redis } from 'ioredis'
import { z } from 'zod'
import { type LifeEntry, lifeEntrySchema } from '../contract/index.ts'
import { answered } from './answered.ts'
import { journalKey, readKey } from './life-keys.ts'

export interface JournalLine {
  readonly id: string
  /** Null: it was written by a later version, and there is nothing that this one could do. */
  readonly entry: LifeEntry | null
}

/** Methods throw QueueUnavailableError. */
export interface LifeJournal {
  /** A worker with an empty data folder has nothing of what left before. */
  skipToEnd(): Promise<void>
  /** What it has not confirmed, the oldest first, up to a number. */
  next(): Promise<readonly JournalLine[]>
  confirm(id: string): Promise<void>
}

const mostAtOnce = 100
const linesSchema = z.array(z.tuple([z.string(), z.array(z.string())]))

/** `worker` names the data folder, over every restart. */
export function createLifeJournal(redis: Redis, worker: string): LifeJournal {
  const confirm: LifeJournal['confirm'] = async (id) => {
    await answered(redis.hset(readKey, worker, id))
  }
  return {
    async skipToEnd() {
      const [last] = linesSchema.parse(await answered(redis.xrevrange(journalKey, '+', '-', 'COUNT', 1)))
      await confirm(last?.[0] ?? '0-0')
    },
    async next() {
      const after = (await answered(redis.hget(readKey, worker))) ?? '0-0'
      const lines = await answered(redis.xrange(journalKey, `(${after}`, '+', 'COUNT', mostAtOnce))
      return linesSchema.parse(lines).map(([id, [, text]]) => ({
        id,
        entry: lifeEntrySchema.safeParse(JSON.parse(text ?? 'null')).data ?? null,
      }))
    },
    confirm,
  }
}
