/**
 * BullMQ's worker, held to the ledger's rules. Locks, stalled checks and retries are set here and nowhere else.
 *
 * BullMQ's own limits are set out of the way: it counts what it cannot judge. How many crashes and failures a job
 * survives, and whether it still has to be run at all, is decided in run-attempt.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Job, Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import type { BaseLogger } from 'pino'
import type { z } from 'zod'
import type { RoundOf } from './carry.ts'
import { workerConnection } from './connect-redis.ts'
import { AttemptStoppedError } from './evaluate-failure.ts'
import { createLedger } from './ledger.ts'
import { type AttemptDeps, runAttempt } from './run-attempt.ts'
import { crashesSurvived, type QueueName, type QueueTiming, queuePrefix, triesToTell } from './settings.ts'
import { retryDelay, settle } from './settle.ts'
import { startSweeper } from './start-sweeper.ts'

export interface ProcessDeps<T> extends Pick<AttemptDeps<T>, 'begin' | 'handle' | 'onDeadLetter'> {
  readonly redis: Redis
  readonly log: Pick<BaseLogger, 'info' | 'warn' | 'error'>
  /** Jobs at a time in this process. */
  readonly concurrency: number
  /** Left out: in the order in which they were accepted. */
  readonly roundOf?: RoundOf
}

export interface QueueProcess {
  /**
   * Takes nothing more, waits `graceMs` for what runs, then aborts it, which gives it back to the queue. What has not
   * ended five seconds later is left to its lock.
   */
  close(options: { readonly graceMs: number }): Promise<void>
}

const abortedMs = 5000
/** For BullMQ's own ends, which never come when Redis is gone. */
const idleMs = 2000

export function processQueue<T>(
  name: QueueName,
  schema: z.ZodType<T>,
  deps: ProcessDeps<T>,
  timing: QueueTiming,
): QueueProcess {
  const { redis, log } = deps
  const connection = workerConnection(redis)
  connection.on('error', (error) => log.warn({ err: error }, 'redis connection'))
  const attemptDeps = { ...deps, schema, ledger: createLedger(redis, name), backoffMs: timing.backoffMs }
  const running = new Map<string, AbortController>()
  let closing = false

  const worker = new Worker(name, (job, lockToken) => attempt(job, lockToken), {
    connection,
    prefix: queuePrefix,
    concurrency: deps.concurrency,
    lockDuration: timing.lockMs,
    stalledInterval: timing.stalledCheckMs,
    maxStalledCount: crashesSurvived + triesToTell,
    runRetryDelay: 1000,
    settings: { backoffStrategy: retryDelay },
  })
  worker.on('error', (error) => log.warn({ err: error, queue: name }, 'queue'))
  worker.on('stalled', (jobId) => log.warn({ jobId, queue: name }, 'a worker died; its job was taken up'))
  worker.on('lockRenewalFailed', (jobIds) => {
    for (const id of jobIds) stop(id, 'lock-lost')
  })
  const sweeper = startSweeper({ redis, queue: name, everyMs: timing.sweepMs, roundOf: deps.roundOf, log })

  async function attempt(job: Job, lockToken = ''): Promise<void> {
    // BullMQ may take one more while it stops taking.
    if (closing) return settle(job, lockToken, { kind: 'give-back' })
    const id = job.id ?? ''
    const controller = new AbortController()
    // An older attempt in this very process, whose lock BullMQ forgot when it took the job again.
    stop(id, 'lock-lost')
    running.set(id, controller)
    try {
      const end = await runAttempt(attemptDeps, {
        id,
        lockKey: `${worker.toKey(id)}:lock`,
        lockToken,
        data: job.data,
        crashes: job.stalledCounter,
        failures: job.attemptsMade,
        signal: controller.signal,
      })
      await settle(job, lockToken, end)
    } finally {
      if (running.get(id) === controller) running.delete(id)
    }
  }

  function stop(id: string, code: AttemptStoppedError['code']): void {
    running.get(id)?.abort(new AttemptStoppedError(code))
  }

  return {
    async close({ graceMs }) {
      await sweeper[Symbol.asyncDispose]()
      closing = true
      // Not close(): that waits without a limit for what runs and for a Redis that is gone, and cannot be hurried.
      const drained = worker.pause()
      if (!(await endsWithin(drained, running.size === 0 ? idleMs : graceMs))) {
        for (const id of running.keys()) stop(id, 'shutdown')
        const ended = running.size === 0 || (await endsWithin(drained, abortedMs))
        if (!ended) log.error({ jobs: [...running.keys()], queue: name }, 'jobs did not stop in time')
      }
      await endsWithin(worker.close(true), idleMs)
      connection.disconnect()
    },
  }
}

async function endsWithin(done: Promise<void>, ms: number): Promise<boolean> {
  const timer = new AbortController()
  const late = sleep(ms, false, { signal: timer.signal }).catch(() => false)
  const ended = done.then(
    () => true,
    () => true,
  )
  try {
    return await Promise.race([ended, late])
  } finally {
    timer.abort()
  }
}
