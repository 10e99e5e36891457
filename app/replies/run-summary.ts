import { type JobSummary, type Policy, stepNames } from '../../worker/contract/index.ts'
import { formatDuration, formatTable, joinParts, type TextPart } from './format.ts'
import { isPlainAddress } from './harmless.ts'
import { endParts } from './status-comment.ts'
import { posturePart } from './summary-parts.ts'

/** The page of a run on GitHub Actions: what the status comment says, the steps, one a row, and what the sandbox held. */
export function runSummary(summary: JobSummary, policy: Policy): string {
  return joinParts([linkPart(summary), ...endParts(summary), stepsPart(summary), posturePart(summary, policy)])
}

/** The same of the half that worked, where the other one has yet to publish: nothing is open so far. */
export function handedOverSummary(summary: JobSummary, policy: Policy): string {
  const [, ...parts] = endParts(summary)
  const text = summary.outcome.outcome === 'held' ? handedOver.held : handedOver.passed
  return joinParts([{ title: null, text }, ...parts, stepsPart(summary), posturePart(summary, policy)])
}

const handedOver = {
  passed: '**Handed over.** The work is done and passed every gate here. The job that publishes asks them again.',
  held: '**Handed over.** The work is done, and a gate here holds it for a person. The gates are asked again where it went.',
}

function linkPart({ pullRequestUrl }: JobSummary): TextPart | null {
  return pullRequestUrl !== null && isPlainAddress(pullRequestUrl) ? { title: null, text: pullRequestUrl } : null
}

function stepsPart({ report: { durations } }: JobSummary): TextPart {
  const rows = stepNames.flatMap((step) => {
    const ms = durations[step]
    return ms === undefined ? [] : [[step, formatDuration(ms)]]
  })
  return { title: 'Steps', text: rows.length === 0 ? '' : formatTable(['step', 'time'], rows) }
}
