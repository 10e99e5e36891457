import type { BaseLogger } from 'pino'
import {
  type ClickEvent,
  type KnownJob,
  type PlacedClick,
  StillEndingError,
  type TriggerEvent,
} from '../../worker/contract/index.ts'
import type { Attempt, HeldBook } from './ports.ts'
import { isPressed, keyOfWish, type PressDeps } from './press-identity.ts'

type Subject = Pick<TriggerEvent['subject'], 'kind' | 'number'>

export interface ClickDeps extends PressDeps {
  /** Our own: any App can have check runs with any text in them. */
  readonly appId: number
  /** Whose check runs a commit has; null: no job's. Throws a retryable error. */
  readonly jobOn: (repositoryId: number, commit: string) => Promise<string | null>
  /** Throws a retryable error. */
  readonly findJob: (jobId: string) => Promise<KnownJob | null>
  readonly held: Pick<HeldBook, 'on'>
  /** The issue or pull request as it is now; null: it is out of reach, or gone. Throws GitHubError. */
  readonly subjectOf: (
    click: ClickEvent,
    subject: Subject,
    signal: AbortSignal,
  ) => Promise<TriggerEvent['subject'] | null>
  readonly log: Pick<BaseLogger, 'info'>
}

/**
 * Where the job of a check run was asked for, and so where the press counts and is answered, by our own books alone.
 * Null: it is no check run of a job of ours in this repository, or has no place.
 */
export async function placeClick(
  deps: ClickDeps,
  click: ClickEvent,
  { signal }: Pick<Attempt, 'signal'>,
): Promise<PlacedClick | null> {
  const found = await findPlace(deps, click, signal)
  const { on, ...press } = click
  const subject = typeof found === 'string' ? null : await deps.subjectOf(click, found.subject, signal)
  if (subject !== null && typeof found !== 'string') {
    const { jobId } = found
    const place = { repository: click.repository.id, number: subject.number }
    // The first decision on a change counts in any case, and a second press is told of it.
    const isDecision = click.pressed.kind === 'decision'
    const eventKey = isDecision ? click.eventKey : await keyOfWish(deps, click, { jobId, place })
    return { ...press, eventKey, jobId, subject }
  }
  const why = typeof found === 'string' ? found : 'the issue or pull request is gone'
  const { deliveryId, sender } = click
  deps.log.info({ deliveryId, on, sender: sender.id, kind: 'ignored', why }, 'trigger handled')
  return null
}

interface Found {
  readonly jobId: string
  readonly subject: Subject
}

/** Or why there is none. */
async function findPlace(deps: ClickDeps, click: ClickEvent, signal: AbortSignal): Promise<Found | string> {
  const { appId, jobOn, findJob, held } = deps
  if (click.appId !== appId) return 'a check run of another App'
  const { on, repository } = click
  const jobId = on.kind === 'job' ? on.jobId : await jobOn(repository.id, on.sha)
  if (jobId === null) return 'no job has check runs on this commit'
  const job = await findJob(jobId)
  const isHere = job?.repository.id === click.repository.id && job.installationId === click.installationId
  if (job === null || !isHere) return 'no job of this repository'
  if (!(await isPressed(deps, click, { signal }))) return 'GitHub made no such delivery: it was sent again by others'
  // What came of it is put down a moment after its check runs.
  if (job.standing.kind !== 'ended') throw new StillEndingError(`job ${job.id} has not ended yet`)
  const places = [job.subject, pullRequestOf(job)].filter((place) => place !== null)
  if (click.pressed.kind === 'decision') {
    for (const place of places) {
      const entries = await held.on({ repository: job.repository.id, number: place.number })
      if (entries.some(({ jobId }) => jobId === job.id)) return { jobId, subject: place }
    }
  }
  const [subject] = places
  return subject === undefined ? 'the job has no issue and no pull request' : { jobId, subject }
}

function pullRequestOf({ result }: KnownJob): Subject | null {
  const [, number] = /\/pull\/([1-9][0-9]{0,9})$/.exec(result?.pullRequestUrl ?? '') ?? []
  return number === undefined ? null : { kind: 'pull-request', number: Number(number) }
}
