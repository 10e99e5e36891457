import type { JobRequest, JobSummary, Outcome } from '../contract/index.ts'
import { emptyReport } from './empty-report.ts'
import type { Reporter } from './ports/index.ts'

/** Why a job was given up: the name and the code of the error that its last attempt ended with. */
export interface DeathNote {
  readonly reason: 'unreadable' | 'crashed' | 'failed'
  readonly error: string
  readonly code: string
}

/** Tells the requester of a job that was given up: no attempt of it is left to do so. */
export async function reportDeadLetter(request: JobRequest, note: DeathNote, reporter: Reporter): Promise<void> {
  await reporter.finished(request, emptySummary(request, outcomeOfDeath(note)), null)
}

/** By the last error's name and code: what was worth eight tries, or else a bug. */
export function outcomeOfDeath({ reason, error, code }: DeathNote): Outcome {
  if (reason === 'crashed') return { outcome: 'failed', reason: 'attempts-exhausted' }
  if (error === 'AgentInstallError') return { outcome: 'refused', reason: 'agent-unavailable', detail: code }
  const away = gitHubErrors.has(error) && (code === 'unavailable' || code === 'rate-limited')
  return { outcome: 'failed', reason: away ? 'github-unavailable' : 'internal-error', detail: code }
}

/** The handoff's, the clone's, and the one of the app's reader of policies. */
const gitHubErrors: ReadonlySet<string> = new Set(['HandoffError', 'SourceError', 'GitHubError'])

/** Of a job of which nothing is known but how it ended. */
export function emptySummary(request: JobRequest, outcome: Outcome): JobSummary {
  return {
    report: emptyReport({ id: request.id, baseSha: request.base.sha, audit: '' }, outcome),
    outcome,
    gates: [],
    agentSummary: '',
    changedFiles: [],
    notes: [],
    pullRequestUrl: null,
    recordHead: '',
    setup: null,
    lastOutput: '',
  }
}
