import type { AgentName, AskedIn, Policy, StandingJob, TriggerEvent } from '../../worker/contract/index.ts'
import { noNotes, type ReviewNotes } from '../triggers/compose-task.ts'
import { isAskedIn } from '../triggers/freeze-request.ts'
import { readTask, withoutCommands } from '../triggers/read-task.ts'
import type { Thread, ThreadBook } from './ports.ts'

/**
 * Why a job can't be asked for again. `runs`: one has not ended. `edited`: its words are others now; `changed`: something
 * else of what it was given is.
 */
export type NotAgain = 'nothing' | 'runs' | 'edited' | 'changed' | 'gone' | 'unknown'

export type Again =
  | {
      readonly kind: 'run'
      readonly task: string | null
      readonly agent: AgentName
      readonly askedIn: AskedIn
      readonly notes: ReviewNotes
      /** The digest that the whole task has to have. Left out: any. */
      readonly sameTask?: string
    }
  /** `job`: the one that has not ended. */
  | { readonly kind: 'not'; readonly why: NotAgain; readonly job?: StandingJob }

export interface AgainDeps {
  readonly threads: ThreadBook
  readonly thread: Pick<Thread, 'wordsIn'>
}

/**
 * What the newest job of the issue or pull request, or the one that is wanted, was asked to do, to be asked once more by
 * somebody who may: the same words with the same agent, on what the branch and the policy are now. Words that were edited
 * since are not taken: whoever asks again may have read the old ones, and whoever edited them need not be allowed to ask
 * for anything.
 */
export async function askAgain(
  { threads, thread }: AgainDeps,
  event: TriggerEvent,
  { command }: Pick<Policy['triggers'], 'command'>,
  { ownJobId, wanted }: { readonly ownJobId: string; readonly wanted?: string | undefined },
): Promise<Again> {
  const all = await threads.on({ repository: event.repository.id, number: event.subject.number })
  // The event may have been handled before, up to its job.
  const jobs = all.filter(({ jobId }) => jobId !== ownJobId)
  const last = wanted === undefined ? jobs[0] : jobs.find(({ jobId }) => jobId === wanted)
  if (last === undefined) return { kind: 'not', why: wanted === undefined ? 'nothing' : 'unknown' }
  const counts = wanted === undefined ? [last] : jobs
  const live = counts.find(({ standing }) => standing.kind !== 'ended')
  if (live !== undefined) return { kind: 'not', why: 'runs', job: live }
  const { askedIn, agent, task } = last
  if (askedIn === undefined || (wanted !== undefined && task === undefined)) return { kind: 'not', why: 'unknown' }
  // Whoever presses a button has not read the issue again: it has to say what it said.
  const same = wanted === undefined || task === undefined ? {} : { sameTask: task }
  if (askedIn === null) return { kind: 'run', task: null, agent, askedIn, notes: noNotes, ...same }
  const words = await thread.wordsIn(askedIn)
  if (words === null) return { kind: 'not', why: 'gone' }
  const notes = withoutCommands(words, command)
  const again = readTask(words.body, askedIn.kind ?? 'comment', command)
  if (again === null || !isAskedIn(again, notes, askedIn)) return { kind: 'not', why: 'edited' }
  return { kind: 'run', task: again, agent, askedIn, notes, ...same }
}
