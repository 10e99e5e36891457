import type { BaseLogger } from 'pino'
import type { AgentName, Policy, Reason, TriggerEvent } from '../../worker/contract/index.ts'
import { goesOnThereComment, notContinuedComment } from '../replies/continue-comment.ts'
import { overlapComment } from '../replies/overlap-comment.ts'
import { notRebasedComment } from '../replies/rebase-comment.ts'
import { endedComment, queuedComment } from '../replies/status-comment.ts'
import { labelAgainComment, noBookComment, notAgainComment } from '../replies/thread-comment.ts'
import { describeProblems, evaluatePolicy } from '../repo-policy/evaluate-policy.ts'
import { explainPolicy, originsOf } from '../repo-policy/explain-policy.ts'
import type { OperatorPolicy } from '../repo-policy/operator/operator-policy.ts'
import type { Resolution } from '../repo-policy/resolve-policy.ts'
import { evaluateAuthority, evaluateTeams } from '../triggers/evaluate-authority.ts'
import { freezeRequest, jobIdFor } from '../triggers/freeze-request.ts'
import { habitOf } from '../triggers/habit-of.ts'
import { readAsk } from '../triggers/read-ask.ts'
import { type AnsweredAs, answerAsk } from './answer-ask.ts'
import { type Again, askAgain } from './ask-again.ts'
import { type Answers, createAnswers } from './create-answers.ts'
import { fallbackTriggers } from './fallback-triggers.ts'
import { keepPolicyIssues, type PolicyIssueDeps } from './keep-policy-issues.ts'
import type { Attempt, BranchHead, HeldBook, Jobs, OpenRepository, Repositories, ThreadBook } from './ports.ts'
import { readBase } from './read-base.ts'
import { type GoingOn, readContinued } from './read-continued.ts'
import { type BringingUp, bringingUp, readMerge } from './read-merge.ts'
import { type AskWithNotes, withNotes } from './read-notes.ts'
import { readOverlaps } from './read-overlaps.ts'
import { type PolicySources, readPolicySources, withAsker } from './read-policy.ts'

export interface TriggerDeps extends PolicyIssueDeps {
  readonly repositories: Repositories
  readonly jobs: Jobs
  readonly held: HeldBook
  /** Null: nobody keeps a list of jobs. */
  readonly threads: ThreadBook | null
  readonly log: Pick<BaseLogger, 'info' | 'warn'>
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

export type TriggerResult =
  | { readonly kind: 'ignored'; readonly why: string }
  | {
      readonly kind: 'answered'
      readonly with: Reason | 'retry' | 'rebase' | 'continue' | 'open-already' | 'label-again' | AnsweredAs
    }
  | { readonly kind: 'enqueued'; readonly jobId: string }

interface Handling {
  readonly deps: TriggerDeps
  readonly event: TriggerEvent
  readonly repository: OpenRepository
  readonly answers: Answers
  readonly jobId: string
  readonly triggers: Policy['triggers']
  readonly resolution: Resolution
  readonly sources: PolicySources
  readonly defaultHead: BranchHead
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
  const read = await readPolicySources(facts, deps.operatorPolicy, defaultHead)
  const listening = policyFor(deps, { ...read, traits: { ...read.traits, asker: { kind: 'unasked' } } })
  const ask = readAsk(event, listening.triggers)
  if (ask.kind === 'none') return { kind: 'ignored', why: 'not for us' }

  const answers = createAnswers(thread, jobId, { deliveryId: event.deliveryId, log: deps.log })
  const answering = { answers, jobId }
  const live = await facts.permissionOf(event.sender.login)
  const outsider = evaluateAuthority(event.sender, live, listening.triggers.permission)
  if (!outsider.allowed && outsider.reason === 'bot-sender') return { kind: 'ignored', why: outsider.reason }
  if (!outsider.allowed) return refuse(answering, outsider.reason, outsider.detail)
  // Only now: a stranger's word is not worth the requests.
  const sources = await withAsker(read, facts, deps.operatorPolicy, event.sender.login)
  const { policy: resolution, triggers } = policyFor(deps, sources)
  const handling = { deps, event, repository, answers, jobId, triggers, resolution, sources, defaultHead }
  const authority = evaluateAuthority(event.sender, live, triggers.permission)
  if (!authority.allowed) return refuse(handling, authority.reason, authority.detail)
  const inTeam = evaluateTeams(triggers.teams, sources.traits.asker)
  if (!inTeam.allowed) return refuse(handling, inTeam.reason, inTeam.detail)
  await answers.quietly('reaction', () => thread.acknowledge())
  if (event.kind === 'label' && event.changedSince === true) {
    await answers.once(labelAgainComment(jobId, event.label))
    await answers.quietly('label', () => thread.takeLabelOff(event.label))
    return { kind: 'answered', with: 'label-again' }
  }
  if (ask.kind === 'retry') {
    const { threads } = deps
    const again = threads && (await askAgain({ threads, thread }, event, triggers, jobId))
    if (again?.kind === 'run') return start(handling, again)
    const why = again === null ? noBookComment(jobId, triggers, 'retry') : notAgainComment(jobId, triggers, again.why)
    await answers.once(why)
    return { kind: 'answered', with: 'retry' }
  }
  if (ask.kind === 'rebase') return bringUp(handling)
  if (ask.kind === 'continue') return goOn(handling, ask.task)
  const noted = await withNotes(ask, thread, triggers)
  if (noted.kind === 'run') return noted.anyway ? start(handling, noted) : startUnlessOpen(handling, noted)
  const { teamsOf } = facts
  const asked = { triggers, live, teamsOf, sources, defaultHead, jobId }
  const { as, text } = await answerAsk(deps, event, noted, asked)
  await answers.once(text)
  return { kind: 'answered', with: as }
}

function policyFor({ operatorPolicy }: TriggerDeps, { texts, traits }: PolicySources) {
  const policy = evaluatePolicy(operatorPolicy, texts, traits)
  return { policy, triggers: policy.ok ? policy.policy.triggers : fallbackTriggers(operatorPolicy.level) }
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
    await answers.once(noBookComment(jobId, triggers, 'retry'))
    return { kind: 'answered', with: 'continue' }
  }
  const continued = await readContinued({ ...repository, threads }, event, task, triggers, jobId)
  if (continued.kind === 'go-on') return startUnlessOpen({ ...handling, event: continued.event }, continued.ask)
  await answers.once(notContinuedComment(jobId, triggers, continued.why))
  return { kind: 'answered', with: 'continue' }
}

/** Brings a pull request of ours up to its base branch. */
async function bringUp(handling: Handling): Promise<TriggerResult> {
  const { event, repository, answers, jobId, triggers, defaultHead } = handling
  const base = await readBase(event, repository, defaultHead)
  if (!base.ok) return refuse(handling, base.reason, base.detail)
  const merging = await readMerge(event, repository, base)
  if (merging.kind === 'merge') return start(handling, { ...bringingUp, merges: merging.merges })
  await answers.once(notRebasedComment(jobId, triggers, merging))
  return { kind: 'answered', with: 'rebase' }
}

async function start(handling: Handling, ask: Run): Promise<TriggerResult> {
  const { deps, event, answers, jobId, repository, resolution, sources, defaultHead } = handling
  const { now } = repository.facts
  if (now.archived) return refuse(handling, 'repository-archived')
  await answers.quietly('policy issue', () => keepPolicyIssues(deps, event, repository, sources))
  if (!resolution.ok) return refuse(handling, 'policy-invalid', describeProblems(resolution.problems))
  const { policy } = resolution
  if ((ask.agent ?? policy.agent) === 'command' && policy.command === undefined) {
    return refuse(handling, 'agent-unavailable', 'the policy names no command')
  }
  const notAllowed = whyNotThisAgent(ask.agent, policy, deps.operatorPolicy)
  if (notAllowed !== null) return refuse(handling, 'agent-unavailable', notAllowed)
  const base = await readBase(event, repository, defaultHead)
  if (!base.ok) return refuse(handling, base.reason, base.detail)

  // A habit is no matter of safety: without it the title is the task's own.
  const titles = await answers.quietly('titles', () => repository.facts.titlesBefore(base.instructionsSha))
  const request = freezeRequest(event, {
    task: ask.task,
    agent: ask.agent,
    notes: ask.notes,
    ...('askedIn' in ask ? { askedIn: ask.askedIn } : {}),
    ...('merges' in ask ? { merges: ask.merges } : {}),
    ...('earlier' in ask ? { earlier: ask.earlier } : {}),
    base: base.base,
    instructionsSha: base.instructionsSha,
    ...(base.continues === undefined ? {} : { continues: base.continues }),
    titles: habitOf(titles ?? []),
    policy,
    policyOrigins: originsOf(explainPolicy(deps.operatorPolicy, sources.texts, sources.traits)),
    private: now.private,
    defaultBranch: now.defaultBranch,
  })
  // Before the job is written down: afterwards a worker may be writing to the same comment already.
  const isElsewhere = event.subject.number !== repository.thread.number
  const said = isElsewhere ? goesOnThereComment(request, event.subject.number) : queuedComment(request, null)
  const comment = await answers.announce(said)
  const { position } = await deps.jobs.enqueue(request)
  if (comment !== null && position > 1 && !isElsewhere) {
    await answers.quietly('place', () => repository.thread.edit(comment, queuedComment(request, position)))
  }
  if (event.kind === 'label') await answers.quietly('label', () => repository.thread.takeLabelOff(event.label))
  return { kind: 'enqueued', jobId }
}

/** Why an agent that was asked for by name is not one that may be; null: it may, or none was named. */
function whyNotThisAgent(agent: AgentName | null, policy: Policy, operator: OperatorPolicy): string | null {
  if (agent === null) return null
  const byOperator = operator.file.agents
  if (byOperator?.includes(agent) === false) return `the operator allows ${byOperator.join(', ')}`
  return policy.agents?.includes(agent) === false ? `the policy allows ${policy.agents.join(', ')}` : null
}
