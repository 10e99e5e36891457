import type { BaseLogger } from 'pino'
import { QueueUnavailableError } from '../../worker/contract/index.ts'
import { cronProblem } from '../repo-policy/cron.ts'
import { policyPath } from '../repo-policy/evaluate-policy.ts'
import { parsePolicy } from '../repo-policy/parse-policy.ts'
import { learnSchedules } from './keep-schedules.ts'
import type { ScheduleBook, ScheduleGitHub } from './ports.ts'

export interface ListDeps {
  readonly book: ScheduleBook
  readonly gitHub: Pick<ScheduleGitHub, 'policies'>
  readonly log: Pick<BaseLogger, 'info' | 'warn'>
  readonly now: () => number
}

/** How old a list of all repositories may get: so long a schedule may wait that nobody has told us of. */
const listMs = 6 * 60 * 60_000
const againMs = 10 * 60_000

/**
 * Looks through all repositories for schedules now and then. What is found is only a hint: before anything starts, the
 * whole policy is read.
 */
export async function findListed({ book, gitHub, log, now }: ListDeps, signal: AbortSignal): Promise<void> {
  const startedAt = now()
  const listedAt = await book.listedAt()
  if (listedAt !== null && startedAt - listedAt < listMs) return
  let found = 0
  try {
    for await (const { text, ...place } of gitHub.policies(signal)) {
      const parsed = parsePolicy(text, policyPath)
      const schedules = parsed.ok ? (parsed.policy.file.schedules ?? []) : []
      const usable = schedules.filter((schedule) => cronProblem(schedule) === null)
      if (usable.length > 0) found += 1
      if (parsed.ok) await learnSchedules(book, place, usable, now())
    }
    await book.noteListed(startedAt)
    log.info({ found }, 'looked for schedules in all repositories')
  } catch (error) {
    if (error instanceof QueueUnavailableError) throw error
    // Those that are known are not kept from their jobs by it.
    log.warn({ err: error }, 'could not look for schedules in all repositories; it is tried again')
    await book.noteListed(startedAt - listMs + againMs)
  }
}
