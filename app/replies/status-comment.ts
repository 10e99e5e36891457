import {
  isContinued,
  type JobProgress,
  type JobRequest,
  type JobSummary,
  type Outcome,
  type OutcomeName,
  type QuotaWait,
  type Reason,
  shownIdOf,
  statusMarker,
} from '../../worker/contract/index.ts'
import { continuedParts } from './continued-parts.ts'
import { approvalPart, blockedPart, heldPart, heldPatchPart, quarantinePart } from './decision-comment.ts'
import { formatDuration, joinParts, maxText, type TextPart } from './format.ts'
import { harmlessLine, isPlainAddress } from './harmless.ts'
import { offeredPart } from './offered-part.ts'
import { reasonTexts } from './reason-texts.ts'
import {
  agentPart,
  deniedPart,
  gatesPart,
  lastOutputPart,
  networkPart,
  notesPart,
  sandboxPart,
  timesPart,
  weakerPart,
} from './summary-parts.ts'

/** One comment per job, edited as it goes on: found again by the mark in its first line. */
function marked(jobId: string, ...parts: readonly (TextPart | null)[]): string {
  return `${statusMarker(jobId)}\n${joinParts(parts)}`
}

const plain = (text: string): TextPart => ({ title: null, text })

export interface QueuePlace {
  /** Counts from 1, the next one. */
  readonly position: number
  /** Null where nobody knows. */
  readonly startsInMs: number | null
}

/** `place` is null where it is not known or the job waits no more. `mayCancel`: the command is heard there. */
export function queuedComment(request: JobRequest, place: QueuePlace | null, mayCancel: boolean): string {
  const where = place === null || place.position < 2 ? '' : ` It is ${placeText(place)}.`
  const cancel = mayCancel ? ` ${howToCancel(request)}` : ''
  return marked(shownIdOf(request), plain(`**Queued.**${where}${cancel}`), plain(frozenLine(request)))
}

export function placeText({ position, startsInMs }: QueuePlace): string {
  return `${position === 1 ? 'next' : `number ${position}`} in the queue${soon(startsInMs)}`
}

function soon(startsInMs: number | null): string {
  if (startsInMs === null) return ''
  const minutes = Math.round(startsInMs / 60_000)
  return minutes < 2 ? ', and should begin within two minutes' : `, and should begin in about ${minutes} minutes`
}

function howToCancel({ policy }: JobRequest): string {
  return `\`${policy.triggers.command} cancel\` ends it.`
}

/** It has come up, and a quota leaves it no room yet. */
export function waitingComment(request: JobRequest, wait: QuotaWait): string {
  return marked(
    shownIdOf(request),
    plain(`**Waiting** ${waitsFor(wait)}. It goes on by itself. ${howToCancel(request)}`),
    plain(frozenLine(request)),
  )
}

/** What a job waits for, and until when. */
export function waitsFor({ quota, until }: QuotaWait): string {
  const when = until === null ? 'until another job ends' : `until ${until.slice(0, 16).replace('T', ' ')} UTC`
  return `for room in ${harmlessLine(quota, 500)}, ${when}`
}

/** `mayCancel`: the command is heard there. */
export function runningComment(request: JobRequest, progress: JobProgress, mayCancel: boolean): string {
  const { step, finished, activity, elapsedMs, costUsd } = progress
  const cost = `${costUsd.toFixed(2)} of ${request.policy.limits.costUsd.toFixed(2)} USD`
  const done = finished.map((past) => `${past.step} ${formatDuration(past.durationMs)}`).join(' · ')
  return marked(
    shownIdOf(request),
    approvalPart(request),
    joinedPart(request),
    plain(
      `**Running:** ${step}, after ${formatDuration(elapsedMs)}. Model: ${cost}.${mayCancel ? ` ${howToCancel(request)}` : ''}`,
    ),
    plain(done === '' ? '' : `Done: ${done}`),
    plain(activity === null || activity === '' ? '' : `The agent: ${harmlessLine(activity, 300)}`),
    plain(frozenLine(request)),
  )
}

const headings: Readonly<Record<OutcomeName, string>> = {
  published: 'Done.',
  'no-changes': 'No changes.',
  held: 'Held.',
  blocked: 'Blocked.',
  joined: 'Joined.',
  refused: 'Refused.',
  cancelled: 'Cancelled.',
  failed: 'Failed.',
}

export function finishedComment(request: JobRequest, summary: JobSummary): string {
  const parts = [
    plain(linkLine(request, summary)),
    approvalPart(request),
    joinedPart(request),
    quarantinePart(summary, request.policy),
    ...endParts(summary),
    offeredPart(request, summary),
    ...continuedParts(request, summary),
    blockedPart(summary),
  ]
  const frozen = plain(frozenLine(request))
  if (summary.held === undefined) return marked(shownIdOf(request), ...parts, frozen)
  // Whoever decides has to see the change: it takes what the rest leaves, and the rest leaves enough.
  const told = joinParts(parts, maxText - leastForHeld)
  const patch = heldPatchPart(summary, maxText - told.length - mostAround)
  return marked(shownIdOf(request), plain(told), heldPart(summary, request.policy), patch, frozen)
}

const leastForHeld = 24_000
/** How a change is let out, the last line, and headings. */
const mostAround = 2000

/** How a job ended, for the comment and for the check run alike. */
export function endParts(summary: JobSummary): (TextPart | null)[] {
  const { outcome, reason, detail } = summary.outcome
  const published = outcome === 'published'
  return [
    endPart(outcome, reason, detail),
    published ? null : agentPart(summary),
    gatesPart(summary),
    published ? null : lastOutputPart(summary),
    weakerPart(summary),
    sandboxPart(summary),
    networkPart(summary),
    deniedPart(summary),
    notesPart(summary),
    timesPart(summary),
  ]
}

/** An answer to somebody whose request did not become a job. */
export function endedComment(jobId: string, { outcome, reason, detail }: Outcome): string {
  return marked(jobId, endPart(outcome, reason, detail))
}

function endPart(outcome: OutcomeName, reason: Reason, detail: string | undefined): TextPart {
  const { what, next } = reasonTexts[reason]
  const facts = detail === undefined || detail === '' ? '' : `\n\nDetail: ${harmlessLine(detail, 1000)}`
  return plain(`**${headings[outcome]}** ${what}${facts}\n\n${next}`)
}

function linkLine({ subject }: JobRequest, { outcome, pullRequestUrl, report }: JobSummary): string {
  if (pullRequestUrl !== null && isPlainAddress(pullRequestUrl)) {
    const isHere = isContinued(outcome) && subject !== null
    return isHere ? `${pullRequestUrl}/commits/${report.commit}` : pullRequestUrl
  }
  return report.branch === null ? '' : `Branch: ${harmlessLine(report.branch, 200)}`
}

/** Whose words are done with it. Null in most jobs. */
function joinedPart({ joined = [] }: JobRequest): TextPart | null {
  if (joined.length === 0) return null
  const others = joined.map(({ jobId, actor }) => `what ${harmlessLine(actor.login, 100)} asked (job ${jobId})`)
  return plain(`Done together with ${others.join(', ')}.`)
}

function frozenLine({ id, agent, base, task }: JobRequest): string {
  const from = `${harmlessLine(base.ref, 100)} at ${base.sha.slice(0, 12)}`
  return `<sub>Job ${id} · agent ${agent} · from ${from} · task sha256 ${task.digest.slice(0, 12)}</sub>`
}
