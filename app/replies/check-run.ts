import type { CheckRunText, JobRequest, JobSummary, OutcomeName } from '../../worker/contract/index.ts'
import { approvalPart, quarantinePart } from './decision-comment.ts'
import { joinParts } from './format.ts'
import { endParts } from './status-comment.ts'

/** What all names of check runs begin with. */
export const checkName = 'Airlock'

const conclusions: Readonly<Record<OutcomeName, CheckRunText['conclusion']>> = {
  published: 'success',
  'no-changes': 'neutral',
  joined: 'neutral',
  held: 'action_required',
  blocked: 'failure',
  refused: 'neutral',
  cancelled: 'cancelled',
  failed: 'failure',
}

/** The job as a whole. */
export function jobCheck(request: JobRequest, summary: JobSummary): CheckRunText {
  const { outcome, reason } = summary.outcome
  const waits = quarantinePart(summary, request.policy)
  return {
    name: checkName,
    title: `${outcome}: ${waits === null ? reason.replaceAll('-', ' ') : 'CI waits for an approval'}`,
    summary: joinParts([approvalPart(request), waits, ...endParts(summary)]),
    conclusion: waits === null ? conclusions[outcome] : 'action_required',
    annotations: [],
  }
}
