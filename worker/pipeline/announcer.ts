import { type JobRequest, stepNames } from '../contract/index.ts'
import type { Facts } from './job.ts'
import type { JobProgress, Reporter } from './ports/index.ts'

export interface Announcer {
  readonly announce: () => void
  /** Resolves when nothing is on its way any more. */
  settle(): Promise<void>
}

/** Sends the newest progress while at most one message is on its way; what came in between is dropped. */
export function createAnnouncer(request: JobRequest, facts: Facts, reporter: Reporter): Announcer {
  let running: Promise<void> = Promise.resolve()
  let busy = false
  let wanted = false

  const pump = async () => {
    busy = true
    while (wanted) {
      wanted = false
      await reporter.progress(request, progressOf(facts))
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

function progressOf(facts: Facts): JobProgress {
  const finished = stepNames.flatMap((step) => {
    const durationMs = facts.durations[step]
    return durationMs === undefined || step === facts.step ? [] : [{ step, durationMs }]
  })
  return { step: facts.step, startedAt: facts.startedAt, finished, activity: facts.activity }
}
