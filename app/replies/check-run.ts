import type { JobRequest, JobSummary, OutcomeName } from '../../worker/contract/index.ts'
import { quarantinePart } from './decision-comment.ts'
import { joinParts } from './format.ts'
import { endParts } from './status-comment.ts'

export interface CheckRunText {
  readonly title: string
  readonly summary: string
  readonly conclusion: 'success' | 'failure' | 'neutral' | 'action_required' | 'cancelled'
}

const conclusions: Readonly<Record<OutcomeName, CheckRunText['conclusion']>> = {
  published: 'success',
  'no-changes': 'neutral',
  held: 'action_required',
  blocked: 'failure',
  refused: 'neutral',
  cancelled: 'cancelled',
  failed: 'failure',
}

export function checkRun({ policy }: Pick<JobRequest, 'policy'>, summary: JobSummary): CheckRunText {
  const { outcome, reason } = summary.outcome
  const waits = quarantinePart(summary, policy)
  return {
    title: `${outcome}: ${waits === null ? reason.replaceAll('-', ' ') : 'CI waits for an approval'}`,
    summary: joinParts([waits, ...endParts(summary)]),
    conclusion: waits === null ? conclusions[outcome] : 'action_required',
  }
}
