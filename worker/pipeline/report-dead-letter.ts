import type { JobRequest, JobSummary, Outcome } from '../contract/index.ts'
import type { Reporter } from './ports/index.ts'

/** Tells the requester of a job that was given up: no attempt of it is left to do so. */
export async function reportDeadLetter(
  request: JobRequest,
  grave: { readonly reason: 'unreadable' | 'crashed' | 'failed'; readonly code: string },
  reporter: Reporter,
): Promise<void> {
  const reason = grave.reason === 'crashed' ? 'attempts-exhausted' : 'internal-error'
  await reporter.finished(request, emptySummary(request, { outcome: 'failed', reason, detail: grave.code }), null)
}

function emptySummary(request: JobRequest, outcome: Outcome): JobSummary {
  return {
    report: {
      id: request.id,
      outcome: outcome.outcome,
      reason: outcome.reason,
      branch: null,
      baseSha: request.base.sha,
      commit: null,
      pullRequest: null,
      findings: [],
      posture: null,
      egress: { allowed: [], denied: [] },
      usage: { requests: 0, inputTokens: 0, outputTokens: 0, costUsd: 0 },
      durations: {},
      audit: '',
    },
    outcome,
    gates: [],
    agentSummary: '',
    changedFiles: [],
    notes: [],
    pullRequestUrl: null,
    recordHead: '',
    lastOutput: '',
  }
}
