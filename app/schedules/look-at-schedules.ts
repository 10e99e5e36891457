import type { BaseLogger } from 'pino'
import {
  digestOf,
  type KeptSchedule,
  QueueUnavailableError,
  type ScheduledRepository,
} from '../../worker/contract/index.ts'
import { listen } from '../intake/admit.ts'
import { createQuietly } from '../intake/create-answers.ts'
import { GitHubError } from '../intake/github-error.ts'
import { keepPolicyIssues, type PolicyIssueDeps } from '../intake/keep-policy-issues.ts'
import { lastUpTo } from '../repo-policy/cron.ts'
import { findListed } from './find-listed.ts'
import { type FireDeps, type Fired, type Firing, fireSchedule } from './fire-schedule.ts'
import { closeLeftIssue, keepScheduleIssue } from './keep-schedule-issue.ts'
import { keptFrom, keptSchedules } from './keep-schedules.ts'
import type { DueRepository, ScheduleBook, ScheduleGitHub } from './ports.ts'

export interface ScheduleDeps extends FireDeps, PolicyIssueDeps {
  readonly book: ScheduleBook
  readonly gitHub: ScheduleGitHub
  readonly log: Pick<BaseLogger, 'info' | 'warn'>
}

/** A look ends within this; the turn of an app that was killed in one is over then. */
const lookMs = 10 * 60_000

/**
 * One look at what is due, by one app at a time. Of several firings that were missed in an outage the last one is made
 * up for, once. What may be tried again is, at the next look.
 */
export async function lookAtSchedules(deps: ScheduleDeps, stopped: AbortSignal): Promise<void> {
  const { book, now } = deps
  if (!(await book.take(lookMs))) return
  try {
    const signal = AbortSignal.any([stopped, AbortSignal.timeout(lookMs)])
    await findListed(deps, signal)
    for (const known of await book.all()) {
      if (signal.aborted) return
      if (known.schedules.some(({ next }) => Date.parse(next) <= now())) await lookAtOne(deps, known, signal)
    }
  } finally {
    await book.release()
  }
}

/** One repository that fails does not keep the others from theirs. */
async function lookAtOne(deps: ScheduleDeps, known: ScheduledRepository, signal: AbortSignal): Promise<void> {
  const { gitHub, book, log } = deps
  const { repositoryId, fullName } = known
  try {
    await using open = await gitHub.open(known, `schedules:${repositoryId}`, signal)
    if (open === null) return await book.remove(repositoryId)
    const schedules = await fireDue(deps, known, open)
    if (schedules.length === 0) await book.remove(repositoryId)
    else await book.write({ ...known, schedules: [...schedules] })
  } catch (error) {
    if (error instanceof QueueUnavailableError || signal.aborted) throw error
    log.warn({ err: error, repositoryId, fullName }, 'a schedule could not be looked at; it is tried again')
    // What will not pass by itself is not asked of GitHub every few seconds.
    if (!(error instanceof GitHubError && error.retryable)) await book.write(postponed(known, deps.now()))
  }
}

/** The times that were looked at stay: the last one that was missed is made up for. */
function postponed(known: ScheduledRepository, now: number): ScheduledRepository {
  const next = new Date(now + pauseMs).toISOString()
  return { ...known, schedules: known.schedules.map((one) => ({ ...one, next })) }
}

/** Fires what is due by the policy as it is now, and returns what is kept of it. */
async function fireDue(
  deps: ScheduleDeps,
  known: ScheduledRepository,
  open: DueRepository,
): Promise<readonly KeptSchedule[]> {
  const lookedAt = deps.now()
  const listening = await listen({ facts: open.facts, operatorPolicy: deps.operatorPolicy })
  const { resolution, sources } = listening
  const { repositoryId, fullName, installationId } = known
  const quietly = createQuietly({ log: deps.log, repositoryId, fullName })
  if (!open.facts.now.archived) {
    const at = { installationId, repository: open.repository }
    await quietly('policy issue', () => keepPolicyIssues(deps, at, open, sources))
  }
  if (!resolution.ok) {
    deps.log.warn({ repositoryId, fullName, reason: 'policy-invalid' }, 'schedules wait for a policy that can be read')
    return postponed(known, lookedAt).schedules
  }
  const current = resolution.policy.schedules ?? []
  const kept: KeptSchedule[] = []
  for (const one of keptSchedules(current, known.schedules, lookedAt)) {
    const schedule = current.find((entry) => digestOf(entry) === one.digest)
    if (schedule === undefined) {
      if (!open.facts.now.archived) await closeLeftIssue(deps, open, one.digest)
      continue
    }
    const due = lastUpTo(schedule, lookedAt)
    let isRefused = one.refused === true
    if (due > Date.parse(one.since)) {
      const firing = { open, installationId, listening, schedule, due }
      const fired = await fireSchedule(deps, firing)
      tell(deps, known, firing, fired)
      await quietly('schedule issue', () => keepScheduleIssue(deps.policyIssues, firing, fired))
      isRefused = fired.kind === 'refused'
    }
    const next = keptFrom(schedule, Math.max(due, Date.parse(one.since)))
    kept.push(isRefused ? { ...next, refused: true } : next)
  }
  return kept
}

/** How long what is broken is not looked at again. */
const pauseMs = 60 * 60_000

function tell({ log }: ScheduleDeps, known: ScheduledRepository, { schedule, due }: Firing, fired: Fired): void {
  const { repositoryId, fullName } = known
  const facts = { repositoryId, fullName, cron: schedule.cron, by: schedule.by, due: new Date(due).toISOString() }
  if (fired.kind === 'refused') log.warn({ ...facts, ...fired }, 'schedule handled')
  else log.info({ ...facts, ...fired }, 'schedule handled')
}
