import type { BaseLogger } from 'pino'
import { type JobResult, jobResultOf, type ProgressNote } from '../../../worker/contract/index.ts'
import type { Reporter } from '../../../worker/pipeline/ports/index.ts'

export interface AttemptLog {
  readonly log: Pick<BaseLogger, 'info'>
  readonly attempt: number
  /** Of each step, and of what each request to a model cost. */
  readonly onProgress?: (progress: ProgressNote) => void
  /** Before anybody is told. What it throws is thrown on. */
  readonly onEnd: (result: JobResult) => Promise<void>
}

/** The same reporter, with every step and end in the operator's log as well. One per attempt. */
export function createLoggedReporter(
  reporter: Reporter,
  { log, attempt, onProgress = () => undefined, onEnd }: AttemptLog,
): Reporter {
  let last: ProgressNote | null = null
  return {
    async progress(request, progress) {
      const { step, elapsedMs, costUsd } = progress
      if (step !== last?.step) log.info({ jobId: request.id, attempt, step, elapsedMs }, 'step')
      if (step !== last?.step || costUsd !== last.costUsd) {
        const beganAt = last?.beganAt ?? Date.now() - Math.round(elapsedMs)
        last = { step, beganAt, costUsd, mostUsd: request.policy.limits.costUsd }
        onProgress(last)
      }
      await reporter.progress(request, progress)
    },
    async finished(request, summary, commit) {
      const { outcome, reason, detail } = summary.outcome
      const facts = { jobId: request.id, attempt, outcome, reason, detail, audit: summary.report.audit }
      log.info({ ...facts, durations: summary.report.durations, pullRequest: summary.pullRequestUrl }, 'job ended')
      await onEnd(jobResultOf(summary))
      await reporter.finished(request, summary, commit)
    },
  }
}
