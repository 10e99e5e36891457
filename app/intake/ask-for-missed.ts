import type { BaseLogger } from 'pino'
import type { DeliveryState, MissedDelivery } from '../../worker/contract/index.ts'
import { GitHubError } from './github-error.ts'
import { afterAsking, isDue, keptMs, type ListedDelivery, lookFrom, updateMissed } from './missed-deliveries.ts'

/** GitHub's list of what it sent to the App. Methods throw GitHubError. */
export interface SentDeliveries {
  /** All attempts since then, in milliseconds since the epoch; up to a bound, the newest first. */
  since(from: number, signal: AbortSignal): Promise<readonly ListedDelivery[]>
  /** GitHub sends it once more, soon. */
  again(id: number, signal: AbortSignal): Promise<void>
}

/** What the last look left, for whichever app looks next. */
export interface DeliveryBook {
  /** False: another app is looking now. True for as long as `withinMs` at most. */
  take(withinMs: number): Promise<boolean>
  release(): Promise<void>
  read(): Promise<DeliveryState | null>
  write(state: DeliveryState): Promise<void>
}

export interface MissedDeps {
  readonly sent: SentDeliveries
  readonly book: DeliveryBook
  /** Takes labels that were set since then, and that no job is of. Returns how many. */
  readonly reconcile: (since: number, signal: AbortSignal) => Promise<number>
  readonly log: Pick<BaseLogger, 'info'>
  readonly now: () => number
}

const lookMs = 4 * 60_000
/** Every repository is asked; somebody else may look for deliveries meanwhile. */
const reconcileMs = 60 * 60_000
/** The rest waits for the next look: what was missed in an outage must not come all at once. */
const mostAtOnce = 200

/**
 * Looks which webhooks nobody took, and asks GitHub for them again: while the app or Redis was away, they are not lost.
 * One that was taken after all is a duplicate to the ledger. Throws GitHubError.
 */
export async function askForMissed(
  { sent, book, log, now, reconcile }: MissedDeps,
  stopped: AbortSignal,
): Promise<void> {
  if (!(await book.take(lookMs))) return
  try {
    const signal = AbortSignal.any([stopped, AbortSignal.timeout(lookMs)])
    const before = await book.read()
    const lookedAt = now()
    const missed = updateMissed(before, await sent.since(lookFrom(before, lookedAt), signal), lookedAt)
    const due = missed.filter((one) => isDue(one, lookedAt)).slice(0, mostAtOnce)
    const { asked, stop } = await askFor(sent, due, signal)
    const left = missed.map((one) => (asked.has(one.id) ? afterAsking(one, lookedAt) : one))
    const state = { lookedAt: new Date(lookedAt).toISOString(), missed: left }
    const since = labelsSince(before, lookedAt)
    await book.write(since === null ? state : { ...state, labelsSince: since })
    if (since !== null) {
      const found = await reconcile(Date.parse(since), AbortSignal.any([stopped, AbortSignal.timeout(reconcileMs)]))
      log.info({ since, found }, 'looked for labels whose webhooks were lost')
      await book.write(state)
    }
    if (asked.size > 0) log.info({ asked: asked.size, missed: left.length }, 'asked GitHub to deliver again')
    if (stop !== null) throw stop
  } finally {
    await book.release()
  }
}

/** From when on webhooks may be lost for good, where that is still to be made up for. */
function labelsSince(before: DeliveryState | null, lookedAt: number): string | null {
  if (before === null) return null
  if (before.labelsSince !== undefined) return before.labelsSince
  return lookedAt - Date.parse(before.lookedAt) > keptMs ? before.lookedAt : null
}

/** `stop`: why the others were not asked for, if they were not. */
async function askFor(sent: SentDeliveries, due: readonly MissedDelivery[], signal: AbortSignal) {
  const asked = new Set<number>()
  for (const { id } of due) {
    try {
      await sent.again(id, signal)
    } catch (error) {
      // One that GitHub will not send again is tried once more later, until it is too old.
      if (!(error instanceof GitHubError) || error.retryable) return { asked, stop: error }
    }
    asked.add(id)
  }
  return { asked, stop: null }
}
