import type { Policy, TriggerEvent } from '../../worker/contract/index.ts'
import { cancelComment, statusListComment } from '../replies/thread-comment.ts'
import type { ThreadBook } from './ports.ts'

interface ThreadFacts {
  readonly jobId: string
  readonly triggers: Policy['triggers']
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** Tells of the jobs of an issue or pull request, or stops those that have not ended. Returns the answer. */
export async function answerThread(
  threads: ThreadBook,
  event: TriggerEvent,
  ask: 'status' | 'cancel',
  { jobId, triggers, now }: ThreadFacts,
): Promise<string> {
  const jobs = await threads.on({ repository: event.repository.id, number: event.subject.number })
  if (ask === 'status') return statusListComment(jobId, triggers, jobs, now)
  const open = jobs.filter(({ standing }) => standing.kind !== 'ended')
  const asked = await Promise.all(open.map(async (job) => ({ job, stopped: await threads.cancel(job.jobId) })))
  return cancelComment(jobId, asked)
}
