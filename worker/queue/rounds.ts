/**
 * Owners take turns, and within each its repositories. A job takes a round of its owner's when it is queued: the one after
 * the last that the owner has, and none that is over already. BullMQ takes lower numbers first, so that however many jobs
 * one owner has waiting, in however many repositories, the first of another is not behind them.
 *
 * Which of its jobs an owner does in a round is not settled by then: the next one in the turns of its repositories. Where
 * another one comes to its round the two change places. Within a repository the order stays.
 */
import type { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { JobRequest } from '../contract/index.ts'
import { answered } from './answered.ts'
import { type LedgerEntry, ledgerEntryKey, outboxKey } from './ledger.ts'
import { beginScript, roundScript, takeScript } from './round-scripts.ts'
import { queuePrefix } from './settings.ts'

export interface Rounds {
  /** The round of a job, the same whenever it is asked. Throws QueueUnavailableError. */
  of(entry: LedgerEntry): Promise<number>
  /** A new one, for a job that waited for something else than a worker. Throws QueueUnavailableError. */
  again(request: JobRequest): Promise<number>
  /** Null: it is this job's turn. Else another one has its place now, and it the place of that: its new round. */
  take(request: JobRequest): Promise<number | null>
  /** A job begins: rounds before its own are over. Throws QueueUnavailableError. */
  noteBegin(request: JobRequest): Promise<void>
  /** The job that is where this one will be when its owner comes to it. */
  inWhosePlace(jobId: string): Promise<string>
}

/** Of each owner the last round, of each repository the last turn, and which ones it is now. */
const roundsKey = 'airlock:rounds'
/** Jobs of an owner that no worker has looked at yet: by their repositories' turns, and by their rounds. */
const turnsOf = (owner: number) => `${roundsKey}:${owner}:turns`
const roundsOf = (owner: number) => `${roundsKey}:${owner}:rounds`
/** BullMQ knows no higher one. Should it ever be reached, jobs are taken in their order until the queue is empty once. */
const lastRound = 2 ** 21 - 1

const bodySchema = z.object({ installationId: z.int().nullable(), repository: z.object({ id: z.int() }) })
type Asked = z.infer<typeof bodySchema>
const roundSchema = z.int().positive()
const takenSchema = z.tuple([z.string(), z.coerce.number(), z.coerce.number()])

/** An installation is an organisation's or a person's. */
const ownerOf = ({ installationId }: Asked) => installationId ?? 0

export function createRounds(redis: Redis, queue: Queue): Rounds {
  const [waiting, byRound, delayed] = ['wait', 'prioritized', 'delayed'].map((list) => `${queuePrefix}:jobs:${list}`)
  const lists = [waiting, byRound, delayed].map(String)

  async function roundOf(jobId: string, asked: Asked, word: 'again' | ''): Promise<number> {
    const owner = ownerOf(asked)
    const entry = ledgerEntryKey('jobs', jobId)
    const keys = [roundsKey, entry, 'airlock:order', outboxKey('jobs'), ...lists, turnsOf(owner), roundsOf(owner)]
    const said = [owner, asked.repository.id, jobId, lastRound, word]
    return roundSchema.parse(await answered(redis.eval(roundScript, keys.length, ...keys, ...said)))
  }

  return {
    of: ({ id, body }) => roundOf(id, bodySchema.parse(JSON.parse(body)), ''),
    again: (request) => roundOf(request.id, request, 'again'),
    async take(request) {
      const owner = ownerOf(request)
      const keys = [turnsOf(owner), roundsOf(owner), String(byRound)]
      const prefixes = [ledgerEntryKey('jobs', ''), `${queuePrefix}:jobs:`]
      const reply = await answered(redis.eval(takeScript, keys.length, ...keys, request.id, ...prefixes))
      const [next, given, got] = takenSchema.parse(reply)
      if (next === '') return null
      const job = await answered(queue.getJob(next))
      // One that a worker has just taken needs no better place any more.
      await job?.changePriority({ priority: given }).catch(() => undefined)
      return got
    },
    async noteBegin(request) {
      await answered(
        redis.eval(beginScript, 2, roundsKey, ledgerEntryKey('jobs', request.id), String(ownerOf(request))),
      )
    },
    async inWhosePlace(jobId) {
      const owner = Number((await answered(redis.hget(ledgerEntryKey('jobs', jobId), 'owner'))) ?? 0)
      const rank = await answered(redis.zrank(turnsOf(owner), jobId))
      if (rank === null) return jobId
      const [holder = jobId] = await answered(redis.zrange(roundsOf(owner), rank, String(rank)))
      return holder
    },
  }
}
