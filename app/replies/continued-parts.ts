import { isContinued, type JobRequest, type JobSummary } from '../../worker/contract/index.ts'
import type { TextPart } from './format.ts'
import { identityPart } from './pull-request-body.ts'
import { agentPart, changedFilesPart, posturePart, setupPart } from './summary-parts.ts'

/**
 * What the text of a pull request says of its first job, the status comment says of one that goes on with it: people may
 * have edited that text by now, and it is left to them. It also says so where no pull request is opened.
 */
export function continuedParts(request: JobRequest, summary: JobSummary): (TextPart | null)[] {
  if (!isContinued(summary.outcome) && summary.offeredAt === undefined) return []
  return [
    agentPart(summary),
    changedFilesPart(summary),
    setupPart(summary),
    posturePart(summary, request.policy),
    identityPart(request, summary),
  ]
}
