/**
 * What one press is. GitHub's payload has no time of it, so that a second one may say the very same; only the delivery's
 * id tells the two apart, and that is not signed.
 */
import type { ClickEvent, Place } from '../../worker/contract/index.ts'
import type { SentDeliveries } from './ask-for-missed.ts'
import type { Attempt, ThreadBook } from './ports.ts'

export interface PressDeps {
  /** Methods throw a retryable error. */
  readonly presses: {
    /** With which delivery these signed words came first: with this one, where they never came before. */
    firstOf(pressKey: string, deliveryId: string): Promise<string>
    /** Of presses that find the same state within a moment the event of the first; of one event always the same. */
    leaderOf(eventKey: string, state: string): Promise<string>
  }
  readonly threads: Pick<ThreadBook, 'on'>
  /** What GitHub says that it sent. Throws GitHubError. */
  readonly sent: Pick<SentDeliveries, 'since'>
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** GitHub lists a delivery when it has its answer, and clocks differ. */
const listedMs = 60_000
const overlapMs = 10 * 60_000

class UnlistedDeliveryError extends Error {
  override readonly name = 'UnlistedDeliveryError'
  readonly code = 'unlisted'
  readonly retryable = true
}

/**
 * Whether somebody pressed, and not somebody else sent a body again that was caught, under another delivery: where the
 * same was said before, GitHub has to know the delivery.
 */
export async function isPressed(
  { presses, sent, now }: Pick<PressDeps, 'presses' | 'sent' | 'now'>,
  { pressKey, deliveryId, receivedAt }: ClickEvent,
  { signal }: Pick<Attempt, 'signal'>,
): Promise<boolean> {
  if ((await presses.firstOf(pressKey, deliveryId)) === deliveryId) return true
  const received = Date.parse(receivedAt)
  const listed = await sent.since(received - overlapMs, signal)
  if (listed.some(({ guid }) => guid === deliveryId)) return true
  if (now() - received < listedMs) throw new UnlistedDeliveryError('GitHub does not list the delivery yet')
  return false
}

/**
 * The key under which a press to run a job again is handled. A double click, and "Re-run failed checks", which presses
 * each run of a job, are one wish; a press after the end of what the last one started is another.
 */
export async function keyOfWish(
  { presses, threads }: Pick<PressDeps, 'presses' | 'threads'>,
  { eventKey, sender }: Pick<ClickEvent, 'eventKey' | 'sender'>,
  { jobId, place }: { readonly jobId: string; readonly place: Place },
): Promise<string> {
  const jobs = await threads.on(place)
  const live = jobs.find(({ standing }) => standing.kind !== 'ended')
  const found = live === undefined ? `after:${jobs[0]?.jobId}` : `while:${live.jobId}`
  return presses.leaderOf(eventKey, `${place.repository}:${place.number}:${jobId}:${sender.id}:${found}`)
}
