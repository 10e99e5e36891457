import type { BaseLogger } from 'pino'
import type { Policy, Reason, TriggerEvent } from '../../worker/contract/index.ts'
import { goesOnThereComment, notContinuedComment } from '../replies/continue-comment.ts'
import { overlapComment } from '../replies/overlap-comment.ts'
import { notRebasedComment } from '../replies/rebase-comment.ts'
import { endedComment, type QueuePlace, queuedComment } from '../replies/status-comment.ts'
import { labelAgainComment, noBookComment, notAgainComment } from '../replies/thread-comment.ts'
import { jobIdFor } from '../triggers/freeze-request.ts'
import { type Ask, readAsk } from '../triggers/read-ask.ts'
import { type Admitted, admit, listen } from './admit.ts'
import { type AnsweredAs, answerAsk } from './answer-ask.ts'
import { type Again, askAgain } from './ask-again.ts'
import { type Answers, createAnswers } from './create-answers.ts'
import { keepPolicyIssues, type PolicyIssueDeps } from './keep-policy-issues.ts'
import { withIssueNamed } from './name-issue.ts'
import type { Attempt, HeldBook, Jobs, OpenRepository, Repositories, ThreadBook } from './ports.ts'
import { prepareRequest } from './prepare-request.ts'
import { readBase } from './read-base.ts'
import { type GoingOn, readContinued } from './read-continued.ts'
import { type BringingUp, bringingUp, readMerge } from './read-merge.ts'
import { type AskWithNotes, withNotes } from './read-notes.ts'
import { readOverlaps } from './read-overlaps.ts'
import { ownPullOf, tellHowToAsk } from './tell-how-to-ask.ts'

export interface TriggerDeps extends PolicyIssueDeps {
  readonly repositories: Repositories
  readonly jobs: Jobs
  /** Null: no change is kept. */
  readonly held: HeldBook | null
  /** Null: nobody keeps a list of jobs. */
  readonly threads: ThreadBook | null
  /** Told of every policy that was read, for what it asks for at set times. Throws a retryable error. */
  readonly onPolicy: (event: TriggerEvent, policy: Policy) => Promise<void>
  readonly log: Pick<BaseLogger, 'info' | 'warn'>
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

export type TriggerResult =
  | { readonly kind: 'ignored'; readonly why: string }
  | {
      readonly kind: 'answered'
      readonly with:
        | Reason
        | 'retry'
        | 'rebase'
        | 'continue'
        | 'open-already'
        | 'label-again'
        | 'changes-requested'
        | AnsweredAs
    }
  | { readonly kind: 'enqueued'; readonly jobId: string }

interface Handling {
  readonly deps: TriggerDeps
  readonly event: TriggerEvent
  readonly repository: OpenRepository
  readonly answers: Answers
  readonly jobId: string
  readonly asker: Admitted
  readonly triggers: Policy['triggers']
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
  const admitting = { facts, operatorPolicy: deps.operatorPolicy }
  const listening = await listen(admitting)
  const ask = readAsk(event, listening.triggers)
  if (ask.kind === 'none') return { kind: 'ignored', why: 'not for us' }
  const isUnasked = ask.kind === 'changes-requested'
  if (isUnasked && (await ownPullOf(event, repository))?.open !== true) return { kind: 'ignored', why: 'not for us' }
  if (listening.resolution.ok) await deps.onPolicy(event, listening.resolution.policy)

  const answers = createAnswers(thread, jobId, { deliveryId: event.deliveryId, log: deps.log })
  const admission = await admit(admitting, listening, event.sender)
  if (!admission.allowed && admission.reason === 'bot-sender') return { kind: 'ignored', why: admission.reason }
  if (!admission.allowed && isUnasked) return { kind: 'ignored', why: admission.reason }
  if (!admission.allowed) return refuse({ answers, jobId }, admission.reason, admission.detail)
  const { asker } = admission
  if (isUnasked) {
    const isTold = await tellHowToAsk(deps, event, repository, asker.triggers)
    return isTold ? { kind: 'answered', with: ask.kind } : { kind: 'ignored', why: 'told before' }
  }
  const handling = { deps, event, repository, answers, jobId, asker, triggers: asker.triggers }
  await answers.quietly('reaction', () => thread.acknowledge())
  const result = await actOn(handling, ask)
  // Whatever came of it: only a label that is not there can be set again. A stranger's stays, as all that is not ours.
  if (event.kind === 'label') await answers.quietly('label', () => thread.takeLabelOff(event.label))
  return result
}

/** What somebody who may asks for. */
async function actOn(
  handling: Handling,
  ask: Exclude<Ask, { kind: 'none' | 'changes-requested' }>,
): Promise<TriggerResult> {
  const { deps, event, repository, answers, jobId, asker, triggers } = handling
  const { thread, facts } = repository
  if (event.kind === 'label' && event.changedSince === true) {
    await answers.once(labelAgainComment(jobId, event.label))
    return { kind: 'answered', with: 'label-again' }
  }
  if (ask.kind === 'retry') {
    const { threads } = deps
    const again =
      threads && (await askAgain({ threads, thread }, event, triggers, { ownJobId: jobId, wanted: ask.jobId }))
    if (again?.kind === 'run') return start({ ...handling, event: asAskedFirst(event, again) }, again)
    const why = again === null ? noBookComment(jobId, triggers, 'retry') : notAgainComment(jobId, triggers, again)
    await answers.once(threads === null ? why : await withIssueNamed(why, event, repository, threads))
    return { kind: 'answered', with: 'retry' }
  }
  if (ask.kind === 'rebase') return bringUp(handling)
  if (ask.kind === 'continue') return goOn(handling, ask.task)
  const noted = await withNotes(ask, thread, triggers)
  if (noted.kind === 'run') return noted.anyway ? start(handling, noted) : startUnlessOpen(handling, noted)
  const { live, sources, defaultHead } = asker
  const asked = { triggers, live, teamsOf: facts.teamsOf, sources, defaultHead, jobId }
  const { as, text } = await answerAsk(deps, event, noted, asked)
  const isOfJobs = deps.threads !== null && (as === 'status' || as === 'cancel')
  await answers.once(isOfJobs ? await withIssueNamed(text, event, repository, deps.threads) : text)
  return { kind: 'answered', with: as }
}

async function refuse(
  { answers, jobId }: Pick<Handling, 'answers' | 'jobId'>,
  reason: Reason,
  detail?: string,
): Promise<TriggerResult> {
  await answers.once(endedComment(jobId, { outcome: 'refused', reason, ...(detail === undefined ? {} : { detail }) }))
  return { kind: 'answered', with: reason }
}

type Run = Extract<AskWithNotes | Again | GoingOn | BringingUp, { kind: 'run' }>

/** Asks first where an open pull request is for the issue already. */
async function startUnlessOpen(handling: Handling, ask: Run): Promise<TriggerResult> {
  const { event, repository, answers, jobId, triggers } = handling
  const overlaps = await readOverlaps(event, repository)
  if (overlaps.length === 0) return start(handling, ask)
  await answers.once(overlapComment(jobId, triggers, { task: ask.task, overlaps }))
  return { kind: 'answered', with: 'open-already' }
}

async function goOn(handling: Handling, task: string | null): Promise<TriggerResult> {
  const { deps, event, repository, answers, jobId, triggers } = handling
  const { threads } = deps
  if (threads === null) {
    await answers.once(noBookComment(jobId, triggers, 'continue'))
    return { kind: 'answered', with: 'continue' }
  }
  const continued = await readContinued({ ...repository, threads }, event, task, triggers, jobId)
  if (continued.kind === 'go-on') return startUnlessOpen({ ...handling, event: continued.event }, continued.ask)
  await answers.once(notContinuedComment(jobId, triggers, continued.why))
  return { kind: 'answered', with: 'continue' }
}

/** An issue that was opened with the words has no other text: what else stands in it would be said twice. */
function asAskedFirst(
  event: TriggerEvent,
  { askedIn }: Pick<Extract<Again, { kind: 'run' }>, 'askedIn'>,
): TriggerEvent {
  return askedIn?.kind === 'opened' ? { ...event, subject: { ...event.subject, body: '' } } : event
}

/** Brings a pull request of ours up to its base branch. */
async function bringUp(handling: Handling): Promise<TriggerResult> {
  const { event, repository, answers, jobId, triggers, asker } = handling
  const base = await readBase(event, repository, asker.defaultHead)
  if (!base.ok) return refuse(handling, base.reason, base.detail)
  const merging = await readMerge(event, repository, base)
  if (merging.kind === 'merge') return start(handling, { ...bringingUp, merges: merging.merges })
  await answers.once(notRebasedComment(jobId, triggers, merging))
  return { kind: 'answered', with: 'rebase' }
}

async function start(handling: Handling, ask: Run): Promise<TriggerResult> {
  const { deps, event, answers, jobId, repository, asker } = handling
  const { facts, botLogin } = repository
  if (!facts.now.archived) {
    await answers.quietly('policy issue', () => keepPolicyIssues(deps, event, repository, asker.sources))
  }
  const preparing = { facts, botLogin, operatorPolicy: deps.operatorPolicy, quietly: answers.quietly }
  const { kind: _, ...wish } = ask
  const prepared = await prepareRequest(preparing, event, wish, asker)
  if (!prepared.ok) return refuse(handling, prepared.reason, prepared.detail)
  const { request } = prepared
  if ('sameTask' in ask && ask.sameTask !== undefined && ask.sameTask !== request.task.digest) {
    await answers.once(notAgainComment(jobId, handling.triggers, { why: 'changed' }))
    return { kind: 'answered', with: 'retry' }
  }
  // Before the job is written down: afterwards a worker may be writing to the same comment already.
  const isElsewhere = event.subject.number !== repository.thread.number
  const queued = (place: QueuePlace | null) => queuedComment(request, place, deps.threads !== null)
  const said = isElsewhere ? goesOnThereComment(request, event.subject.number) : queued(null)
  const comment = await answers.announce(said)
  const place = await deps.jobs.enqueue(request)
  if (comment !== null && place.position > 1 && !isElsewhere) {
    await answers.quietly('place', () => repository.thread.edit(comment, queued(place)))
  }
  return { kind: 'enqueued', jobId }
}
