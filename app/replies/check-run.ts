import type { JobSummary, OutcomeName } from '../../worker/contract/index.ts'
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

export function checkRun(summary: JobSummary): CheckRunText {
  const { outcome, reason } = summary.outcome
  return {
    title: `${outcome}: ${reason.replaceAll('-', ' ')}`,
    summary: joinParts(endParts(summary)),
    conclusion: conclusions[outcome],
  }
}
