import type { JobRequest, JobSummary } from '../../worker/contract/index.ts'
import { approvalPart, quarantinePart } from './decision-comment.ts'
import { fillTemplate } from './fill-template.ts'
import { joinParts, type TextPart } from './format.ts'
import { harmlessLine, harmlessQuote } from './harmless.ts'
import {
  changedFilesPart,
  deniedPart,
  gatesPart,
  networkPart,
  notesPart,
  posturePart,
  setupPart,
  timesPart,
  weakerPart,
} from './summary-parts.ts'
import { donePart, testedPart } from './tested-part.ts'

/**
 * What a reviewer reads: what was asked, what was done, and on what grounds it was let out. `template` is the
 * repository's own, filled in as far as we know; null: it has none.
 */
export function pullRequestBody(request: JobRequest, summary: JobSummary, template: string | null): string {
  const filled = template === null ? '' : fillTemplate(template, request, summary)
  const unlessFilled = (part: TextPart) => (filled.includes(part.text) ? null : part)
  return joinParts([
    { title: null, text: openingLine(request) },
    { title: null, text: filled },
    approvalPart(request),
    quarantinePart(summary, request.policy),
    askedPart(request),
    unlessFilled(donePart(summary)),
    unlessFilled(testedPart(summary)),
    changedFilesPart(summary),
    gatesPart(summary),
    setupPart(summary),
    weakerPart(summary),
    posturePart(summary, request.policy),
    networkPart(summary),
    deniedPart(summary),
    timesPart(summary),
    notesPart(summary),
    identityPart(request, summary),
  ])
}

/** The one closing word and the one reference in the whole text: ours. */
function openingLine({ subject, actor, agent, trigger }: JobRequest): string {
  const when = trigger.schedule === undefined ? '' : ` on the schedule \`${trigger.schedule.cron}\``
  const made = `Made by an agent (${agent}) in a sandbox of Airlock, asked by ${harmlessLine(actor.login, 100)}${when}.`
  if (subject === null) return made
  return subject.kind === 'issue' ? `Closes #${subject.number}.\n\n${made}` : `Asked on #${subject.number}.\n\n${made}`
}

function askedPart({ task }: JobRequest): TextPart {
  const text = `${harmlessQuote(task.text, 2000)}\n\nThis text, as it was then, is what ran: sha256 ${task.digest}.`
  return { title: 'What was asked', text }
}

/** Which job it was, on what, and how its record is checked. */
export function identityPart({ id, base, policyDigest }: JobRequest, { recordHead }: JobSummary): TextPart {
  const record = `To check its record: \`airlock audit verify FILE --head ${recordHead}\`.`
  const text = `Job ${id}, from commit ${base.sha}, under policy sha256 ${policyDigest}. ${record}`
  return { title: null, text: `<sub>${text}</sub>` }
}
