import { setTimeout as sleep } from 'node:timers/promises'
import { cancelRun, getRun, type Place } from './actions-client.ts'
import { hasBegun, isOurs, type WorkflowRun } from './workflow-run.ts'

export interface FollowTiming {
  /** Between two looks at a run, at first and at most. */
  readonly firstMs: number
  readonly mostMs: number
  /** A run that no runner has taken by then is given up. */
  readonly startMs: number
  /** The same of one that has not ended. */
  readonly endMs: number
}

export const productionTiming: FollowTiming = {
  firstMs: 2000,
  mostMs: 20_000,
  startMs: 15 * 60_000,
  // As long as GitHub lets a job run on its own machines.
  endMs: 6 * 60 * 60_000,
}

/** A token ends after an hour: so many looks are taken with one. */
const looksPerToken = 60

export interface FollowDeps {
  readonly timing: FollowTiming
  readonly botLogin: string
  readonly signal: AbortSignal
  /** With a token that ends with it. */
  readonly inPlace: <T>(work: (place: Place) => Promise<T>) => Promise<T>
}

/** Waits until the run has ended. False: it is lost, because it began or ended too late, is gone, or is not ours any more. */
export async function followRun(deps: FollowDeps, runId: number): Promise<boolean> {
  const { timing, botLogin, signal, inPlace } = deps
  const since = Date.now()
  let waitMs = timing.firstMs
  for (;;) {
    const ended = await inPlace(async (place) => {
      for (let looks = 0; looks < looksPerToken; looks += 1) {
        const run = await getRun(place, runId)
        if (run === null || !isOurs(run, botLogin)) return false
        if (run.status === 'completed') return true
        if (isLate(run, Date.now() - since, timing)) {
          await cancelRun(place, runId)
          return false
        }
        await sleep(waitMs, undefined, { signal })
        waitMs = Math.min(waitMs * 1.5, timing.mostMs)
      }
      return null
    })
    if (ended !== null) return ended
  }
}

function isLate(run: WorkflowRun, waitedMs: number, { startMs, endMs }: FollowTiming): boolean {
  return waitedMs > (hasBegun(run) ? endMs : startMs)
}
