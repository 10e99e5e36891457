import { type JobRequest, stepNames } from '../contract/index.ts'
import type { Facts, PipelinePorts } from './job.ts'
import type { JobProgress } from './ports/index.ts'

export interface Announcer {
  readonly announce: () => void
  /** Resolves when nothing is on its way any more. */
  settle(): Promise<void>
}

/** Sends the newest progress while at most one message is on its way; what came in between is dropped. */
export function createAnnouncer(
  request: JobRequest,
  facts: Facts,
  { reporter, now }: Pick<PipelinePorts, 'reporter' | 'now'>,
): Announcer {
  let running: Promise<void> = Promise.resolve()
  let busy = false
  let wanted = false

  const pump = async () => {
    busy = true
    while (wanted) {
      wanted = false
      await reporter.progress(request, progressOf(facts, now()))
    }
    busy = false
  }

  return {
    announce() {
      wanted = true
      if (!busy) running = pump()
    },
    settle: () => running,
  }
}

function progressOf(facts: Facts, now: number): JobProgress {
  const finished = stepNames.flatMap((step) => {
    const durationMs = facts.durations[step]
    return durationMs === undefined || step === facts.step ? [] : [{ step, durationMs }]
  })
  const { step, startedAt, activity, usage } = facts
  return { step, elapsedMs: now - startedAt, finished, activity, costUsd: usage.costUsd }
}
