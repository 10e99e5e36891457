/**
 * Repositories take turns. A job gets the number of a round when it is queued: the one after its repository's last job,
 * and none that is over already. BullMQ takes lower numbers first, so that however many jobs of one repository wait,
 * the first of another is not behind them. Within a repository the order stays.
 */
import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { JobRequest } from '../contract/index.ts'
import { answered } from './answered.ts'
import { type LedgerEntry, ledgerEntryKey, outboxKey } from './ledger.ts'
import { queuePrefix } from './settings.ts'

export interface Rounds {
  /** The round of a job, the same whenever it is asked. Throws QueueUnavailableError. */
  of(entry: LedgerEntry): Promise<number>
  /** A new one, for a job that waited for something else than a worker. Throws QueueUnavailableError. */
  again(request: JobRequest): Promise<number>
  /** A job begins: rounds before its own are over. Throws QueueUnavailableError. */
  noteBegin(jobId: string): Promise<void>
}

/** The last round of each repository, and which one it is now: `now`. */
const roundsKey = 'airlock:rounds'
/** BullMQ knows no higher one. Should it ever be reached, jobs are taken in their order until the queue is empty once. */
const lastRound = 2 ** 21 - 1

/**
 * KEYS rounds, ledger's entry, order in which jobs are seen, the outbox, lists of jobs that wait · ARGV repository, last
 * round, `again` or nothing · the round. It counts anew where nothing waits, and nothing but this job is on its way there.
 */
const roundScript = `
local known = redis.call('HGET', KEYS[2], 'round')
if known and ARGV[3] ~= 'again' then return tonumber(known) end
local waiting = redis.call('LLEN', KEYS[5]) + redis.call('ZCARD', KEYS[6]) + redis.call('ZCARD', KEYS[7])
if waiting == 0 and redis.call('ZCARD', KEYS[4]) <= 1 and ARGV[3] ~= 'again' then redis.call('DEL', KEYS[1]) end
local now = tonumber(redis.call('HGET', KEYS[1], 'now')) or 1
local last = tonumber(redis.call('HGET', KEYS[1], ARGV[1])) or 0
local round = math.min(math.max(now, last + 1), tonumber(ARGV[2]))
redis.call('HSET', KEYS[1], ARGV[1], round)
redis.call('HSET', KEYS[2], 'round', round)
if redis.call('HEXISTS', KEYS[2], 'order') == 0 then redis.call('HSET', KEYS[2], 'order', redis.call('INCR', KEYS[3])) end
return round`

/** KEYS rounds, ledger's entry. */
const beginScript = `
local round = tonumber(redis.call('HGET', KEYS[2], 'round'))
if round and round > (tonumber(redis.call('HGET', KEYS[1], 'now')) or 1) then redis.call('HSET', KEYS[1], 'now', round) end
return 1`

const bodySchema = z.object({ repository: z.object({ id: z.int() }) })
const roundSchema = z.int().positive()

export function createRounds(redis: Redis): Rounds {
  const lists = ['wait', 'prioritized', 'delayed'].map((list) => `${queuePrefix}:jobs:${list}`)
  async function roundOf(jobId: string, repository: number, word: 'again' | ''): Promise<number> {
    const keys = [roundsKey, ledgerEntryKey('jobs', jobId), 'airlock:order', outboxKey('jobs'), ...lists]
    const reply = await answered(redis.eval(roundScript, keys.length, ...keys, repository, lastRound, word))
    return roundSchema.parse(reply)
  }
  return {
    of: ({ id, body }) => roundOf(id, bodySchema.parse(JSON.parse(body)).repository.id, ''),
    again: ({ id, repository }) => roundOf(id, repository.id, 'again'),
    async noteBegin(jobId) {
      await answered(redis.eval(beginScript, 2, roundsKey, ledgerEntryKey('jobs', jobId)))
    },
  }
}
