import { type JobSummary, stepNames } from '../../worker/contract/index.ts'
import { formatDuration, formatTable, joinParts, type TextPart } from './format.ts'
import { harmlessLine, isPlainAddress } from './harmless.ts'
import { endParts } from './status-comment.ts'

/** The page of a run on GitHub Actions: what the status comment says, and the steps, one a row. */
export function runSummary(summary: JobSummary): string {
  return joinParts([linkPart(summary), ...endParts(summary), stepsPart(summary), degradedPart(summary)])
}

/** The same of the half that worked, where the other one has yet to publish: nothing is open so far. */
export function handedOverSummary(summary: JobSummary): string {
  const [, ...parts] = endParts(summary)
  const text = summary.outcome.outcome === 'held' ? handedOver.held : handedOver.passed
  return joinParts([{ title: null, text }, ...parts, stepsPart(summary), degradedPart(summary)])
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

/** What this runner could not hold of what the class promises. */
function degradedPart({ report: { posture } }: JobSummary): TextPart {
  const sentences = (posture?.degraded ?? []).slice(0, 20).map((sentence) => `- ${harmlessLine(sentence, 300)}`)
  return { title: 'Weaker here than the class promises', text: sentences.join('\n') }
}
