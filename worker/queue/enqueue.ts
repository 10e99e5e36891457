/**
 * The side of the queue that takes things in; all that the app may import of worker/queue. Handing over to BullMQ comes
 * after something was written down, and may fail: process-queue sweeps up what was left.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import type { IntakeEvent, JobRequest, PullEvent } from '../contract/index.ts'
import { type Accept, createAccept, type EventOf } from './accept-event.ts'
import { answered } from './answered.ts'
import { carry } from './carry.ts'
import { expectedWaitMs } from './expected-wait.ts'
import { createJobBook, type JobBook, noteJob } from './job-book.ts'
import { createLedger, type LedgerEntry } from './ledger.ts'
import { openQueue } from './open-queue.ts'
import { noteJobOfRepository } from './repository-jobs.ts'
import { createRounds, type Rounds } from './rounds.ts'
import { createThreadBook, noteJobOfThread, type PlaceOf, type ThreadBook } from './thread-book.ts'
import { noteAsk } from './turn-book.ts'

export interface Intake<T = IntakeEvent> extends AsyncDisposable {
  readonly accept: Accept<T>
  /** Hands to BullMQ, soon, what another thread wrote down. */
  handOver(entry: LedgerEntry): void
}

export interface Jobs extends AsyncDisposable {
  /**
   * Writes the job down, once by its id for as long as the ledger remembers, and says its place in the queue: 1 is
   * next, 0 is no longer waiting. `startsInMs` is about how long that takes; null: nobody knows. Throws
   * QueueUnavailableError.
   */
  enqueue(request: JobRequest): Promise<{ readonly position: number; readonly startsInMs: number | null }>
  readonly threads: ThreadBook
  readonly known: JobBook
}

/**
 * Handing over costs more than accepting, and events are looked into much more slowly than this. So a burst is
 * acknowledged first and handed over little by little: at most 160 events a second. What waits is safe in the outbox.
 */
const mostPerBatch = 32
const pauseMs = 200
/** More are not kept in memory: the sweep finds them in the outbox. */
const mostWaiting = 1000

/** `whenCalm` resolves when handing over is no burden to what is being accepted, and soon in any case. */
export function createIntake(redis: Redis, whenCalm?: WhenCalm): Intake {
  return createEventIntake(redis, 'intake', whenCalm)
}

/** The same for what asks for no job, in a queue of its own. */
export function createPullIntake(redis: Redis, whenCalm?: WhenCalm): Intake<PullEvent> {
  return createEventIntake(redis, 'pulls', whenCalm)
}

type WhenCalm = (signal: AbortSignal) => Promise<void>

function createEventIntake<Name extends 'intake' | 'pulls'>(
  redis: Redis,
  name: Name,
  whenCalm?: WhenCalm,
): Intake<EventOf[Name]> {
  const queue = openQueue(redis, name)
  const ledger = createLedger(redis, name)
  const waiting: LedgerEntry[] = []
  const closing = new AbortController()
  let carrying: Promise<void> | null = null

  async function carryAll(): Promise<void> {
    while (waiting.length > 0) {
      await whenCalm?.(closing.signal).catch(() => undefined)
      // What fails here is in the outbox, and the sweep finds it.
      await carry(queue, ledger, waiting.splice(0, mostPerBatch)).catch(() => undefined)
      if (waiting.length > 0) await sleep(pauseMs, undefined, { signal: closing.signal }).catch(() => undefined)
    }
    carrying = null
  }

  function handOver(entry: LedgerEntry): void {
    if (waiting.length < mostWaiting) waiting.push(entry)
    carrying ??= carryAll()
  }

  return {
    accept: createAccept(redis, name, handOver),
    handOver,
    async [Symbol.asyncDispose]() {
      closing.abort()
      await carrying
      await queue.close()
    },
  }
}

export function createJobs(redis: Redis): Jobs {
  const queue = openQueue(redis, 'jobs')
  const ledger = createLedger(redis, 'jobs')
  const rounds = createRounds(redis, queue)
  const place: PlaceOf = async (jobId) => {
    const position = await placeOf({ redis, queue, rounds }, jobId)
    return { position, startsInMs: position === 0 ? null : await expectedWaitMs(redis, queue, position) }
  }
  return {
    async enqueue(request) {
      const entry = { id: request.id, body: JSON.stringify(request) }
      await noteJobOfRepository(redis, request, new Date())
      await noteJobOfThread(redis, request, new Date())
      await noteJob(redis, request, new Date())
      await noteAsk(redis, request)
      if (await ledger.accept(entry, null)) await carry(queue, ledger, [entry], rounds.of)
      return place(entry.id)
    },
    threads: createThreadBook(redis, place),
    known: createJobBook(redis, place),
    [Symbol.asyncDispose]: () => queue.close(),
  }
}

interface Placing {
  readonly redis: Redis
  readonly queue: Queue
  readonly rounds: Rounds
}

/** BullMQ first takes what its list holds, from the tail: jobs whose worker died. Then jobs by their rounds. */
async function placeOf({ redis, queue, rounds }: Placing, jobId: string): Promise<number> {
  const id = await rounds.inWhosePlace(jobId)
  const [wait, byRound] = [queue.toKey('wait'), queue.toKey('prioritized')]
  const asked = [redis.llen(wait), redis.lpos(wait, id), redis.zrank(byRound, id)] as const
  const [length, index, rank] = await answered(Promise.all(asked))
  if (index !== null) return length - index
  return rank === null ? 0 : length + rank + 1
}
