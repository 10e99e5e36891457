import type { BaseLogger } from 'pino'
import { digestOf, isOwnPullRequest, type Reason, type Schedule } from '../../worker/contract/index.ts'
import { admit, type Listening } from '../intake/admit.ts'
import { createQuietly } from '../intake/create-answers.ts'
import type { Jobs } from '../intake/ports.ts'
import { prepareRequest } from '../intake/prepare-request.ts'
import { scheduleBranches } from '../replies/branch-name.ts'
import { skippedScheduleComment } from '../replies/schedule-comment.ts'
import type { OperatorPolicy } from '../repo-policy/operator/operator-policy.ts'
import type { DirectAsk } from '../triggers/direct-ask.ts'
import { jobIdFor } from '../triggers/freeze-request.ts'
import type { DueRepository } from './ports.ts'

export interface FireDeps {
  readonly jobs: Jobs
  readonly operatorPolicy: OperatorPolicy
  readonly log: Pick<BaseLogger, 'warn'>
  readonly now: () => number
}

export interface Firing {
  readonly open: DueRepository
  readonly installationId: number
  readonly listening: Listening
  readonly schedule: Schedule
  /** The time that it was due at, in milliseconds since the epoch. */
  readonly due: number
}

export type Fired =
  | { readonly kind: 'enqueued'; readonly jobId: string }
  /** The pull request of an earlier firing is open. */
  | { readonly kind: 'skipped'; readonly pullRequest: number }
  | { readonly kind: 'refused'; readonly reason: Reason; readonly detail?: string }

/**
 * One firing: the person whom the entry names asks for its words, with the permission that they have now. Its identity is
 * made of repository, entry and time, so that it is one job however often it is tried. Throws what may be tried again.
 */
export async function fireSchedule(deps: FireDeps, firing: Firing): Promise<Fired> {
  const { open, installationId, listening, schedule } = firing
  const { repository, facts, botLogin } = open
  const digest = digestOf(schedule)
  const due = new Date(firing.due).toISOString()
  const eventKey = `schedule:${repository.id}:${digest}:${due}`
  // No bot can be named: their logins have brackets.
  const named = { id: null, login: schedule.by, type: 'User' }
  const admission = await admit({ facts, operatorPolicy: deps.operatorPolicy }, listening, named)
  if (!admission.allowed) return { kind: 'refused', reason: admission.reason, detail: admission.detail }
  const { asker } = admission

  const before = await openBefore(open, digest)
  if (before !== null) {
    const id = jobIdFor(`schedule-skipped:${repository.id}:${digest}:${before}`)
    await open.sayOnce(before, id, skippedScheduleComment(id, schedule))
    return { kind: 'skipped', pullRequest: before }
  }
  const ask: DirectAsk = {
    ...{
      kind: 'schedule',
      eventKey,
      deliveryId: eventKey,
      installationId,
      repository,
      sender: asker.sender,
      subject: null,
    },
    receivedAt: new Date(deps.now()).toISOString(),
    schedule: { digest, cron: schedule.cron, due },
  }
  const quietly = createQuietly({ log: deps.log, deliveryId: eventKey, jobId: jobIdFor(eventKey) })
  const preparing = { facts, botLogin, operatorPolicy: deps.operatorPolicy, quietly }
  const wish = { task: schedule.task, agent: schedule.agent ?? null }
  const prepared = await prepareRequest(preparing, ask, wish, asker)
  if (!prepared.ok) {
    const { reason, detail } = prepared
    return { kind: 'refused', reason, ...(detail === undefined ? {} : { detail }) }
  }
  await deps.jobs.enqueue(prepared.request)
  return { kind: 'enqueued', jobId: prepared.request.id }
}

/** The number of the open pull request that an earlier firing of this very entry made. */
async function openBefore({ repository, facts, botLogin }: DueRepository, digest: string): Promise<number | null> {
  const own = scheduleBranches(digest)
  const pulls = (await facts.openPullRequests()).filter(({ ref }) => ref.startsWith(own))
  if (pulls.length === 0) return null
  const ground = { repositoryId: repository.id, defaultBranch: facts.now.defaultBranch, botLogin: await botLogin() }
  return pulls.find((pull) => isOwnPullRequest(pull, ground))?.number ?? null
}
