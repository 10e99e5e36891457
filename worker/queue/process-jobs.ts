import { type JobRequest, jobRequestSchema } from '../contract/index.ts'
import { openQueue } from './open-queue.ts'
import { type ProcessDeps, processQueue, type QueueProcess } from './process-queue.ts'
import { createQuotaBook, type QuotaDeps } from './quota-book.ts'
import { createRounds } from './rounds.ts'
import type { Turn } from './run-attempt.ts'
import { productionTiming } from './settings.ts'
import { createTurnBook } from './turn-book.ts'

type JobDeps = Omit<ProcessDeps<JobRequest>, 'begin' | 'roundOf'> & Pick<QuotaDeps, 'onWait'>

/**
 * Runs `handle` for each job that was enqueued, until it has ended or is given up. Owners and their repositories take
 * turns, then those that go on with one pull request, then each has to have room in its quotas. `onWait` tells whoever
 * asked that it has not.
 */
export function processJobs(deps: JobDeps, timing = productionTiming): QueueProcess {
  const { redis, onWait } = deps
  const queue = openQueue(redis, 'jobs')
  const rounds = createRounds(redis, queue)
  const turns = createTurnBook(redis)
  const quotas = createQuotaBook({ redis, onWait, priorityAgain: rounds.again })
  const begin = async (asked: JobRequest): Promise<Turn<JobRequest>> => {
    const later = await rounds.take(asked)
    if (later !== null) return { kind: 'wait', delayMs: 0, priority: later }
    const turn = await turns.begin(asked)
    const next = turn.kind === 'wait' ? turn : await quotas.begin(turn.request)
    if (next.kind === 'run') await rounds.noteBegin(asked)
    return next
  }
  const running = processQueue('jobs', jobRequestSchema, { ...deps, begin, roundOf: rounds.of }, timing)
  return {
    async close(options) {
      await running.close(options)
      await queue.close()
    },
  }
}
