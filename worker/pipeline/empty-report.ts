import type { JobReport, Outcome } from '../contract/index.ts'

/** The report of a job of which nothing is known but how it ended. */
export function emptyReport(
  { id, baseSha, audit }: Pick<JobReport, 'id' | 'baseSha' | 'audit'>,
  { outcome, reason }: Outcome,
): JobReport {
  return {
    id,
    outcome,
    reason,
    branch: null,
    baseSha,
    commit: null,
    pullRequest: null,
    findings: [],
    posture: null,
    egress: { allowed: [], denied: [] },
    network: [],
    usage: { requests: 0, inputTokens: 0, outputTokens: 0, costUsd: 0 },
    durations: {},
    audit,
  }
}
