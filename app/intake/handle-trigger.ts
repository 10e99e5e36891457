import type { BaseLogger } from 'pino'
import type { Reason, TriggerEvent } from '../../worker/contract/index.ts'
import { overlapComment } from '../replies/overlap-comment.ts'
import { endedComment, queuedComment } from '../replies/status-comment.ts'
import { labelAgainComment, notAgainComment } from '../replies/thread-comment.ts'
import { describeProblems, evaluatePolicy } from '../repo-policy/evaluate-policy.ts'
import type { OperatorPolicy } from '../repo-policy/operator/operator-policy.ts'
import type { Resolution } from '../repo-policy/resolve-policy.ts'
import { evaluateAuthority } from '../triggers/evaluate-authority.ts'
import { freezeRequest, jobIdFor } from '../triggers/freeze-request.ts'
import { habitOf } from '../triggers/habit-of.ts'
import { readAsk } from '../triggers/read-ask.ts'
import { type AnsweredAs, answerAsk } from './answer-ask.ts'
import { type Again, askAgain } from './ask-again.ts'
import { type Answers, createAnswers } from './create-answers.ts'
import { fallbackTriggers } from './fallback-triggers.ts'
import type { Attempt, BranchHead, HeldBook, Jobs, OpenRepository, Repositories, ThreadBook } from './ports.ts'
import { readBase } from './read-base.ts'
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
  readonly log: Pick<BaseLogger, 'info' | 'warn'>
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

export type TriggerResult =
  | { readonly kind: 'ignored'; readonly why: string }
  | { readonly kind: 'answered'; readonly with: Reason | 'retry' | 'open-already' | 'label-again' | AnsweredAs }
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

  const answers = createAnswers(thread, jobId, { deliveryId: event.deliveryId, log: deps.log })
  const handling = { deps, event, repository, answers, jobId }
  const live = await facts.permissionOf(event.sender.login)
  const authority = evaluateAuthority(event.sender, live, triggers.permission)
  if (!authority.allowed && authority.reason === 'bot-sender') return { kind: 'ignored', why: authority.reason }
  if (!authority.allowed) return refuse(handling, authority.reason, authority.detail)
  await answers.quietly('reaction', () => thread.acknowledge())
  if (event.kind === 'label' && event.changedSince === true) {
    await answers.once(labelAgainComment(jobId, event.label))
    await answers.quietly('label', () => thread.takeLabelOff(event.label))
    return { kind: 'answered', with: 'label-again' }
  }
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
  const { now } = repository.facts
  if (now.archived) return refuse(handling, 'repository-archived')
  if (!resolution.ok) return refuse(handling, 'policy-invalid', describeProblems(resolution.problems))
  const { policy } = resolution
  if ((ask.agent ?? policy.agent) === 'command' && policy.command === undefined) {
    return refuse(handling, 'agent-unavailable', 'the policy names no command')
  }
  const allowed = deps.operatorPolicy.file.agents
  if (ask.agent !== null && allowed?.includes(ask.agent) === false) {
    return refuse(handling, 'agent-unavailable', `the operator allows ${allowed.join(', ')}`)
  }
  const base = await readBase(event, repository, defaultHead)
  if (!base.ok) return refuse(handling, base.reason, base.detail)

  // A habit is no matter of safety: without it the title is the task's own.
  const titles = await answers.quietly('titles', () => repository.facts.titlesBefore(base.instructionsSha))
  const request = freezeRequest(event, {
    task: ask.task,
    agent: ask.agent,
    notes: ask.notes,
    ...('askedIn' in ask ? { askedIn: ask.askedIn } : {}),
    base: base.base,
    instructionsSha: base.instructionsSha,
    ...(base.continues === undefined ? {} : { continues: base.continues }),
    titles: habitOf(titles ?? []),
    policy,
    private: now.private,
    defaultBranch: now.defaultBranch,
  })
  // Before the job is written down: afterwards a worker may be writing to the same comment already.
  const comment = await answers.announce(queuedComment(request, null))
  const { position } = await deps.jobs.enqueue(request)
  if (comment !== null && position > 1) {
    await answers.quietly('place', () => repository.thread.edit(comment, queuedComment(request, position)))
  }
  if (event.kind === 'label') await answers.quietly('label', () => repository.thread.takeLabelOff(event.label))
  return { kind: 'enqueued', jobId }
}
