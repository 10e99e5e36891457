import type { AgentName, Policy, StandingJob, TriggerEvent } from '../../worker/contract/index.ts'
import type { NotContinued } from '../replies/continue-comment.ts'
import { type Earlier, noNotes, type ReviewNotes } from '../triggers/compose-task.ts'
import { isAskedIn } from '../triggers/freeze-request.ts'
import { readTask, withoutCommands } from '../triggers/read-task.ts'
import type { OpenRepository, ThreadBook } from './ports.ts'
import { readOverlaps } from './read-overlaps.ts'

/** A job that goes on with another one. */
export interface GoingOn {
  readonly kind: 'run'
  readonly task: string
  readonly agent: AgentName | null
  readonly notes: ReviewNotes
  /** Set where it starts anew, knowing of the job before. */
  readonly earlier?: Earlier
}

export type Continued =
  /** `event`: it is asked where the work goes on, on another pull request than it was written on. */
  | { readonly kind: 'go-on'; readonly ask: GoingOn; readonly event: TriggerEvent }
  | { readonly kind: 'not'; readonly why: NotContinued }

export interface ContinuedDeps extends Pick<OpenRepository, 'facts' | 'botLogin' | 'thread'> {
  readonly threads: ThreadBook
}

/**
 * Where more work goes on: in the open pull request of ours for the issue; on a pull request as any task does; else in a
 * new job that is told what the newest one was asked and what became of it, as GitHub shows it. No file of a sandbox's
 * and no session of an agent's is kept for that.
 */
export async function readContinued(
  deps: ContinuedDeps,
  event: TriggerEvent,
  task: string | null,
  { command }: Pick<Policy['triggers'], 'command'>,
  ownJobId: string,
): Promise<Continued> {
  if (task === null) return { kind: 'not', why: 'empty' }
  const notes = withoutCommands(await deps.thread.notes(), command)
  const more = { kind: 'run', task, agent: null, notes } as const
  const there = await ownPullRequestOf(deps, event)
  if (there !== null) return { kind: 'go-on', ask: more, event: { ...event, subject: there } }

  const jobs = await deps.threads.on({ repository: event.repository.id, number: event.subject.number })
  const [last] = jobs.filter(({ jobId }) => jobId !== ownJobId)
  const isOnPull = event.subject.kind === 'pull-request'
  // A task on a pull request waits for its turn, or begins from what is there.
  if (isOnPull && last?.standing.kind !== 'ended') return { kind: 'go-on', ask: more, event }
  if (last === undefined) return { kind: 'not', why: 'nothing' }
  if (last.standing.kind !== 'ended') return { kind: 'not', why: 'runs' }
  const earlier = await earlierOf(deps, last, command)
  return { kind: 'go-on', ask: { ...more, agent: last.agent, earlier }, event }
}

/** The newest open one that a job for this very issue made. */
async function ownPullRequestOf(deps: ContinuedDeps, event: TriggerEvent): Promise<TriggerEvent['subject'] | null> {
  const own = (await readOverlaps(event, deps)).find(({ isOurs }) => isOurs)
  return own === undefined ? null : { kind: 'pull-request', number: own.number, title: own.title, body: own.body }
}

async function earlierOf({ thread }: ContinuedDeps, last: StandingJob, command: string): Promise<Earlier> {
  const [asked, said] = await Promise.all([askedBefore(thread, last, command), thread.saidOf(last.jobId, last.askedAt)])
  return { asked, said }
}

/** Null where the issue was the task, and where the words are others by now. */
async function askedBefore(
  thread: ContinuedDeps['thread'],
  { askedIn }: StandingJob,
  command: string,
): Promise<string | null> {
  if (askedIn === undefined || askedIn === null) return null
  const words = await thread.wordsIn(askedIn)
  const asked = words && readTask(words.body, askedIn.kind ?? 'comment', command)
  if (words === null || asked === null) return null
  const notes = askedIn.kind === undefined ? noNotes : withoutCommands(words, command)
  return isAskedIn(asked, notes, askedIn) ? asked : null
}
