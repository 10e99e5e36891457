import type { z } from 'zod'
import type { WrittenEvent } from '../../worker/contract/index.ts'
import {
  commentedSchema,
  labeledSchema,
  type onIssueSchema,
  type onPullSchema,
  reviewCommentedSchema,
  reviewedSchema,
} from './payload-schemas.ts'
import { commonOf, type Delivery, invalid, toUtc, type Unusable } from './read-common.ts'

export type ParsedEvent = { readonly kind: 'event'; readonly event: WrittenEvent } | Unusable

interface Reader {
  /** Of all actions of the event the one that may ask for something: an edit never does. */
  readonly action: string
  readonly read: (delivery: Delivery) => ParsedEvent
}

const readers: ReadonlyMap<string, Reader> = new Map([
  ['issues', { action: 'labeled', read: fromLabel }],
  ['issue_comment', { action: 'created', read: fromComment }],
  ['pull_request_review_comment', { action: 'created', read: fromReviewComment }],
  ['pull_request_review', { action: 'submitted', read: fromReview }],
])

/**
 * A verified payload, made into what the rest of Airlock knows: the fields that are used and no others, each bounded.
 * The event's key is made of signed fields, so that another delivery of the same event has the same key.
 */
export function parseTriggerEvent(delivery: Delivery): ParsedEvent {
  const { event, payload } = delivery
  const reader = readerOf(event, payload.action)
  if (reader === undefined) return { kind: 'ignored', why: 'not an event that can ask for something' }
  // Only a webhook of a repository or organisation lacks it; the App's own always has it.
  if (payload.installation === undefined) return { kind: 'ignored', why: 'not sent for an installation' }
  return reader.read(delivery)
}

/** Whether somebody may have asked for something: what a delivery says of itself, before its payload is looked at. */
export function canAsk(event: string, action: unknown): boolean {
  return readerOf(event, action) !== undefined
}

function readerOf(event: string, action: unknown): Reader | undefined {
  const reader = readers.get(event)
  return reader?.action === action ? reader : undefined
}

function fromLabel(delivery: Delivery): ParsedEvent {
  const parsed = labeledSchema.safeParse(delivery.payload)
  if (!parsed.success) return invalid(parsed.error)
  const { repository, issue, sender, label } = parsed.data
  const occurredAt = toUtc(issue.updated_at)
  const identity = [repository.id, issue.number, label.name, sender.id, occurredAt]
  const event: WrittenEvent = {
    ...common(delivery, parsed.data),
    kind: 'label',
    eventKey: `label:${identity.join(':')}`,
    label: label.name,
    occurredAt,
  }
  return { kind: 'event', event }
}

function fromComment(delivery: Delivery): ParsedEvent {
  const parsed = commentedSchema.safeParse(delivery.payload)
  if (!parsed.success) return invalid(parsed.error)
  const { id, body, created_at } = parsed.data.comment
  const event: WrittenEvent = {
    ...common(delivery, parsed.data),
    kind: 'comment',
    eventKey: `comment:${parsed.data.repository.id}:${id}`,
    comment: { id, body },
    occurredAt: toUtc(created_at),
  }
  return { kind: 'event', event }
}

function fromReviewComment(delivery: Delivery): ParsedEvent {
  const parsed = reviewCommentedSchema.safeParse(delivery.payload)
  if (!parsed.success) return invalid(parsed.error)
  const { id, body, in_reply_to_id, updated_at, ...at } = parsed.data.comment
  const event: WrittenEvent = {
    ...common(delivery, parsed.data),
    kind: 'review-comment',
    eventKey: `review-comment:${parsed.data.repository.id}:${id}`,
    comment: { id, body },
    threadId: in_reply_to_id ?? id,
    at,
    // One that waited in a draft for days was created then; it is updated when the review is submitted.
    occurredAt: toUtc(updated_at),
  }
  return { kind: 'event', event }
}

function fromReview(delivery: Delivery): ParsedEvent {
  const parsed = reviewedSchema.safeParse(delivery.payload)
  if (!parsed.success) return invalid(parsed.error)
  const { id, body, submitted_at } = parsed.data.review
  const event: WrittenEvent = {
    ...common(delivery, parsed.data),
    kind: 'review',
    eventKey: `review:${parsed.data.repository.id}:${id}`,
    comment: { id, body: body ?? '' },
    occurredAt: toUtc(submitted_at),
  }
  return { kind: 'event', event }
}

type OnSubject = z.infer<typeof onIssueSchema> | z.infer<typeof onPullSchema>

function common(delivery: Delivery, payload: OnSubject) {
  return { ...commonOf(delivery, payload), subject: subjectOf(payload) }
}

function subjectOf(payload: OnSubject): WrittenEvent['subject'] {
  const { number, title, body } = 'issue' in payload ? payload.issue : payload.pull_request
  const subject = { number, title, body: body ?? '' }
  if (!('issue' in payload) || payload.issue.pull_request) return { kind: 'pull-request', ...subject }
  const { labels, milestone } = payload.issue
  return { kind: 'issue', ...subject, sorting: { labels: labels ?? [], milestone: milestone?.number ?? null } }
}
