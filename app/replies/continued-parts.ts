import type { JobRequest, JobSummary } from '../../worker/contract/index.ts'
import type { TextPart } from './format.ts'
import { identityPart } from './pull-request-body.ts'
import { agentPart, changedFilesPart, posturePart, setupPart } from './summary-parts.ts'

/**
 * What the text of a pull request says of its first job, the status comment says of one that goes on with it: people may
 * have edited that text by now, and it is left to them.
 */
export function continuedParts(request: JobRequest, summary: JobSummary): (TextPart | null)[] {
  if (summary.outcome.reason !== 'pull-request-continued') return []
  return [
    agentPart(summary),
    changedFilesPart(summary),
    setupPart(summary),
    posturePart(summary, request.policy),
    identityPart(request, summary),
  ]
}
