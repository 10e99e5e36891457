import type { BaseLogger } from 'pino'
import {
  type ClickEvent,
  type KnownJob,
  type PlacedClick,
  StillEndingError,
  type TriggerEvent,
} from '../../worker/contract/index.ts'
import type { Attempt, HeldBook } from './ports.ts'

type Subject = Pick<TriggerEvent['subject'], 'kind' | 'number'>

export interface ClickDeps {
  /** Our own: any App can have check runs with any text in them. */
  readonly appId: number
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
  const found = await findPlace(deps, click)
  const subject = typeof found === 'string' ? null : await deps.subjectOf(click, found, signal)
  if (subject !== null) return { ...click, subject }
  const why = typeof found === 'string' ? found : 'the issue or pull request is gone'
  const { deliveryId, jobId, sender } = click
  deps.log.info({ deliveryId, jobId, sender: sender.id, kind: 'ignored', why }, 'trigger handled')
  return null
}

/** Or why there is none. */
async function findPlace({ appId, findJob, held }: ClickDeps, click: ClickEvent): Promise<Subject | string> {
  if (click.appId !== appId) return 'a check run of another App'
  const job = await findJob(click.jobId)
  const isHere = job?.repository.id === click.repository.id && job.installationId === click.installationId
  if (job === null || !isHere) return 'no job of this repository'
  // What came of it is put down a moment after its check runs.
  if (job.standing.kind !== 'ended') throw new StillEndingError(`job ${job.id} has not ended yet`)
  const places = [job.subject, pullRequestOf(job)].filter((place) => place !== null)
  if (click.pressed.kind === 'decision') {
    for (const place of places) {
      const entries = await held.on({ repository: job.repository.id, number: place.number })
      if (entries.some(({ jobId }) => jobId === job.id)) return place
    }
  }
  return places[0] ?? 'the job has no issue and no pull request'
}

function pullRequestOf({ result }: KnownJob): Subject | null {
  const [, number] = /\/pull\/([1-9][0-9]{0,9})$/.exec(result?.pullRequestUrl ?? '') ?? []
  return number === undefined ? null : { kind: 'pull-request', number: Number(number) }
}
