import type { JobRequest, JobSummary } from '../../worker/contract/index.ts'

/** The reporter hands it on to the wording and looks at its outcome alone. */
export function summaryOf(request: JobRequest, commit: string): JobSummary {
  return {
    report: {
      id: request.id,
      outcome: 'published',
      reason: 'pull-request-opened',
      branch: 'airlock/3',
      baseSha: request.base.sha,
      commit,
      pullRequest: null,
      findings: [],
      posture: null,
      egress: { allowed: [], denied: [] },
      network: [],
      usage: { requests: 0, inputTokens: 0, outputTokens: 0, costUsd: 0 },
      durations: {},
      audit: '/dev/null',
    },
    outcome: { outcome: 'published', reason: 'pull-request-opened' },
    gates: [],
    agentSummary: '',
    changedFiles: [],
    notes: [],
    pullRequestUrl: null,
    setup: null,
    recordHead: 'd'.repeat(64),
    lastOutput: '',
  }
}
