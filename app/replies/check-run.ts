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

/**
 * Whether the check run is on the head of a pull request that the job was to go on in and did not: a commit that its
 * change is no part of.
 */
export function isOnEarlierCommit({ continues }: JobRequest, { outcome }: JobSummary): boolean {
  return continues !== undefined && outcome.outcome !== 'published'
}

/**
 * The job as a whole. On an earlier commit it is neutral, and it has a name of its own but where it has buttons: what that
 * commit's own job said of it stands beside.
 */
export function jobCheck(request: JobRequest, summary: JobSummary): CheckRunText {
  const { outcome, reason } = summary.outcome
  const waits = quarantinePart(summary, request.policy)
  const isEarlier = isOnEarlierCommit(request, summary)
  const conclusion = isEarlier ? 'neutral' : conclusions[outcome]
  return {
    name: isEarlier && summary.held === undefined ? `${checkName} / follow-up` : checkName,
    title: `${outcome}: ${waits === null ? reason.replaceAll('-', ' ') : 'CI waits for an approval'}`,
    summary: joinParts([approvalPart(request), waits, ...endParts(summary)]),
    conclusion: waits === null ? conclusion : 'action_required',
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
