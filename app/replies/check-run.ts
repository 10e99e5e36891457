import {
  type CheckAction,
  type CheckRunText,
  decisionAction,
  type JobRequest,
  type JobSummary,
  type OutcomeName,
} from '../../worker/contract/index.ts'
import { approvalPart, quarantinePart } from './decision-comment.ts'
import { joinParts } from './format.ts'
import { endParts } from './status-comment.ts'

/** What all names of check runs begin with. */
export const checkName = 'Airlock'

const conclusions: Readonly<Record<OutcomeName, CheckRunText['conclusion']>> = {
  published: 'success',
  'no-changes': 'neutral',
  joined: 'neutral',
  // It is on a commit that the change is no part of.
  held: 'neutral',
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
    actions: actionsOf(summary),
  }
}

const buttons = {
  held: { approve: 'Publish exactly this change', reject: 'Delete this change' },
  quarantine: { approve: 'Let CI run on this change', reject: 'Keep CI away from this change' },
} as const

/** What a person may decide, bound to the very change. To run a job again GitHub has a button of its own. */
function actionsOf({ held, quarantine }: JobSummary): readonly CheckAction[] {
  const waits = held !== undefined && held.until !== null ? held : quarantine
  if (waits === undefined) return []
  const { approve, reject } = buttons[waits === held ? 'held' : 'quarantine']
  return [
    { label: 'Approve', description: approve, identifier: decisionAction('approve', waits.digest) },
    { label: 'Reject', description: reject, identifier: decisionAction('reject', waits.digest) },
  ]
}
