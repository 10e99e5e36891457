import type { BaseLogger } from 'pino'
import type { Policy, Reason, TriggerEvent } from '../../worker/contract/index.ts'
import { overlapComment } from '../replies/overlap-comment.ts'
import { endedComment, queuedComment } from '../replies/status-comment.ts'
import { notAgainComment } from '../replies/thread-comment.ts'
import { evaluatePolicy } from '../repo-policy/evaluate-policy.ts'
import type { OperatorPolicy } from '../repo-policy/operator/operator-policy.ts'
import type { Resolution } from '../repo-policy/resolve-policy.ts'
import { evaluateAuthority } from '../triggers/evaluate-authority.ts'
import { jobIdFor } from '../triggers/freeze-request.ts'
import { readAsk } from '../triggers/read-ask.ts'
import { type AnsweredAs, answerAsk } from './answer-ask.ts'
import { type Again, askAgain } from './ask-again.ts'
import { type Answers, createAnswers } from './create-answers.ts'
import { fallbackTriggers } from './fallback-triggers.ts'
import type { Attempt, BranchHead, HeldBook, Jobs, OpenRepository, Repositories, ThreadBook } from './ports.ts'
import { prepareRequest } from './prepare-request.ts'
import { type AskWithNotes, withNotes } from './read-notes.ts'
import { readOverlaps } from './read-overlaps.ts'
import { readPolicySources } from './read-policy.ts'

export interface TriggerDeps {
  readonly repositories: Repositories
  readonly jobs: Jobs
  readonly held: HeldBook
  readonly threads: ThreadBook
  /** What the operator allows, above everybody's policy. */
  readonly operatorPolicy: OperatorPolicy
  /** Told of every policy that was read, for what it asks for at set times. Throws a retryable error. */
  readonly onPolicy: (event: TriggerEvent, policy: Policy) => Promise<void>
  readonly log: Pick<BaseLogger, 'info' | 'warn'>
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

export type TriggerResult =
  | { readonly kind: 'ignored'; readonly why: string }
  | { readonly kind: 'answered'; readonly with: Reason | 'retry' | 'open-already' | AnsweredAs }
  | { readonly kind: 'enqueued'; readonly jobId: string }

interface Handling {
  readonly deps: TriggerDeps
  readonly event: TriggerEvent
  readonly repository: OpenRepository
  readonly answers: Answers
  readonly jobId: string
}

/** Takes one accepted event to its end. Throws only what may be tried again, and bugs. */
export async function handleTrigger(deps: TriggerDeps, event: TriggerEvent, attempt: Attempt): Promise<TriggerResult> {
  await using repository = await deps.repositories.open(event, attempt)
  const jobId = jobIdFor(event.eventKey)
  const result: TriggerResult =
    repository === null
      ? { kind: 'ignored', why: 'repository-unavailable' }
      : await handleIn(repository, deps, event, jobId)
  deps.log.info({ deliveryId: event.deliveryId, jobId, sender: event.sender.id, ...result }, 'trigger handled')
  return result
}

async function handleIn(
  repository: OpenRepository,
  deps: TriggerDeps,
  event: TriggerEvent,
  jobId: string,
): Promise<TriggerResult> {
  const { facts, thread } = repository
  const defaultHead = await facts.headOf(facts.now.defaultBranch)
  const sources = await readPolicySources(facts, deps.operatorPolicy, defaultHead)
  const policy = evaluatePolicy(deps.operatorPolicy, sources.texts, sources.traits)
  const triggers = policy.ok ? policy.policy.triggers : fallbackTriggers(deps.operatorPolicy.level)
  const ask = readAsk(event, triggers)
  if (ask.kind === 'none') return { kind: 'ignored', why: 'not for us' }
  if (policy.ok) await deps.onPolicy(event, policy.policy)

  const answers = createAnswers(thread, jobId, { deliveryId: event.deliveryId, log: deps.log })
  const handling = { deps, event, repository, answers, jobId }
  const live = await facts.permissionOf(event.sender.login)
  const authority = evaluateAuthority(event.sender, live, triggers.permission)
  if (!authority.allowed && authority.reason === 'bot-sender') return { kind: 'ignored', why: authority.reason }
  if (!authority.allowed) return refuse(handling, authority.reason, authority.detail)
  await answers.quietly('reaction', () => thread.acknowledge())
  if (ask.kind === 'retry') {
    const again = await askAgain({ threads: deps.threads, thread }, event, triggers, jobId)
    if (again.kind === 'run') return start(handling, again, policy, defaultHead)
    await answers.once(notAgainComment(jobId, triggers, again.why))
    return { kind: 'answered', with: 'retry' }
  }
  const read = await withNotes(ask, thread, triggers)
  if (read.kind === 'run') {
    const overlaps = read.anyway ? [] : await readOverlaps(event, repository)
    if (overlaps.length === 0) return start(handling, read, policy, defaultHead)
    await answers.once(overlapComment(jobId, triggers, { task: read.task, overlaps }))
    return { kind: 'answered', with: 'open-already' }
  }
  const { as, text } = await answerAsk(deps, event, read, { triggers, live, sources, defaultHead, jobId })
  await answers.once(text)
  return { kind: 'answered', with: as }
}

async function refuse({ answers, jobId }: Handling, reason: Reason, detail?: string): Promise<TriggerResult> {
  await answers.once(endedComment(jobId, { outcome: 'refused', reason, ...(detail === undefined ? {} : { detail }) }))
  return { kind: 'answered', with: reason }
}

async function start(
  handling: Handling,
  ask: Extract<AskWithNotes | Again, { kind: 'run' }>,
  resolution: Resolution,
  defaultHead: BranchHead,
): Promise<TriggerResult> {
  const { deps, event, answers, jobId, repository } = handling
  const { facts, botLogin } = repository
  const preparing = { facts, botLogin, operatorPolicy: deps.operatorPolicy, quietly: answers.quietly }
  const wish = {
    task: ask.task,
    agent: ask.agent,
    notes: ask.notes,
    ...('askedIn' in ask ? { askedIn: ask.askedIn } : {}),
  }
  const prepared = await prepareRequest(preparing, event, wish, resolution, defaultHead)
  if (!prepared.ok) return refuse(handling, prepared.reason, prepared.detail)
  const { request } = prepared
  // Before the job is written down: afterwards a worker may be writing to the same comment already.
  const comment = await answers.announce(queuedComment(request, null))
  const { position } = await deps.jobs.enqueue(request)
  if (comment !== null && position > 1) {
    await answers.quietly('place', () => repository.thread.edit(comment, queuedComment(request, position)))
  }
  if (event.kind === 'label') await answers.quietly('label', () => repository.thread.takeLabelOff(event.label))
  return { kind: 'enqueued', jobId }
}
