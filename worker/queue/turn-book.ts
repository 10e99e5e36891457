/**
 * Jobs that go on with one pull request take turns, so that none meets a branch that another is just moving. When one
 * gets its turn it takes all others that wait there along: several words become one commit, in their order.
 */
import type { Redis } from 'ioredis'
import { z } from 'zod'
import { type JobRequest, jobRequestSchema, type Place } from '../contract/index.ts'
import { answered } from './answered.ts'
import { joinable, joinRequests } from './join-requests.ts'
import { ledgerEntryKey } from './ledger.ts'
import type { Turn } from './run-attempt.ts'
import { ledgerSeconds } from './settings.ts'
import { takeTurnScript } from './turn-scripts.ts'

export interface TurnBook {
  /** Is it this job's turn, and what does it do then? The same in every attempt. Throws QueueUnavailableError. */
  begin(request: JobRequest): Promise<Turn<JobRequest>>
  /** The job's commit is on the branch that it went on with. Throws QueueUnavailableError. */
  noteMove(request: JobRequest, commit: string | null): Promise<void>
}

const waitMs = 1500
const takenSchema = z.array(z.string()).nullable()
const stringOrNull = z.string().nullable()
const ownSchema = z.tuple([stringOrNull, stringOrNull, stringOrNull])

export function createTurnBook(redis: Redis): TurnBook {
  return {
    async begin(request) {
      const keys = keysOf(request)
      if (keys === null) return { kind: 'run', request }
      const known = parse(await answered(redis.get(turnKey(request.id))))
      if (known !== null) return { kind: 'run', request: known }
      const own = await answered(redis.hmget(ledgerEntryKey('jobs', request.id), 'state', 'cancel', 'joined'))
      const [state, cancel, joinedTo] = ownSchema.parse(own)
      // It has nothing to wait for: it only has to end.
      if (joinedTo !== null) return { kind: 'run', request: { ...request, joinedTo } }
      if (state !== 'accepted' || cancel !== null) return { kind: 'run', request }
      const turn = await takeTurn(redis, request, keys)
      return turn === null ? { kind: 'wait', delayMs: waitMs } : { kind: 'run', request: turn }
    },
    async noteMove(request, commit) {
      const keys = keysOf({ ...request, approval: undefined })
      if (keys === null || commit === null) return
      await answered(redis.multi().hset(keys.moves, request.base.sha, commit).expire(keys.moves, ledgerSeconds).exec())
    },
  }
}

/** Written before the job itself is, for the job before it to find. */
export async function noteAsk(redis: Redis, request: JobRequest): Promise<void> {
  const keys = keysOf(request)
  if (keys === null) return
  const ask = JSON.stringify(request)
  await answered(redis.multi().hsetnx(keys.asks, request.id, ask).expire(keys.asks, ledgerSeconds).exec())
}

/** Null: another one has it. */
async function takeTurn(redis: Redis, request: JobRequest, keys: PlaceKeys): Promise<JobRequest | null> {
  const holder = (await answered(redis.get(keys.holder))) ?? ''
  const [asks, moves] = await Promise.all([answered(redis.hvals(keys.asks)), answered(redis.hgetall(keys.moves))])
  const others = joinable(
    request,
    asks.map(parse).filter((ask) => ask !== null),
  )
  const entries = [request.id, holder, ...others.map(({ id }) => id)].map((id) => ledgerEntryKey('jobs', id))
  const ids = others.map(({ id }) => id)
  const reply = await answered(
    redis.eval(takeTurnScript, 1 + entries.length, keys.holder, ...entries, request.id, holder, ledgerSeconds, ...ids),
  )
  const taken = takenSchema.parse(reply)
  if (taken === null) return null
  const joined = others.filter(({ id }) => taken.includes(id))
  const turn = joinRequests(request, joined, followMoves(moves, request.base.sha))
  await answered(redis.set(turnKey(request.id), JSON.stringify(turn), 'EX', ledgerSeconds))
  await answered(redis.hdel(keys.asks, request.id, ...taken))
  return turn
}

/**
 * Where the branch is by now, as far as jobs of ours moved it. What a person pushed is not followed: nobody asked for a
 * job on that.
 */
function followMoves(moves: Readonly<Record<string, string>>, base: string): string {
  let sha = base
  for (let steps = 0; steps < Object.keys(moves).length; steps += 1) sha = moves[sha] ?? sha
  return sha
}

interface PlaceKeys {
  readonly holder: string
  /** Requests that have not had their turn, by job. */
  readonly asks: string
  /** Commits of ours on the branch, by the commit before. */
  readonly moves: string
}

/** Null: it needs no turn. An approval brings what was made on a base of its own. */
function keysOf({ repository, continues, approval }: JobRequest): PlaceKeys | null {
  if (continues === undefined || approval !== undefined) return null
  const place = { repository: repository.id, number: continues.pullRequest }
  const root = rootOf(place)
  return { holder: `${root}:holder`, asks: asksKey(place), moves: `${root}:moves` }
}

const rootOf = ({ repository, number }: Place) => `airlock:turns:${repository}:${number}`
export const asksKey = (place: Place) => `${rootOf(place)}:asks`

/** What a job does in its turn. */
export const turnKey = (jobId: string) => `airlock:turn:${jobId}`

/** Redis is an edge like any other. Another version's requests take no part. */
function parse(text: string | null): JobRequest | null {
  if (text === null) return null
  return jobRequestSchema.safeParse(JSON.parse(text)).data ?? null
}
