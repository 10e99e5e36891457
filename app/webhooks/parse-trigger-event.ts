import type { z } from 'zod'
import type { WrittenEvent } from '../../worker/contract/index.ts'
import {
  commentedSchema,
  labeledPullSchema,
  labeledSchema,
  type onIssueSchema,
  type onPullSchema,
  openedPullSchema,
  openedSchema,
  reviewCommentedSchema,
  reviewedSchema,
} from './payload-schemas.ts'
import { commonOf, type Delivery, invalid, toUtc, type Unusable } from './read-common.ts'

export type ParsedEvent = { readonly kind: 'event'; readonly event: WrittenEvent } | Unusable

type Reader = (delivery: Delivery) => ParsedEvent

/** By event and action. Of all actions those that may ask for something: an edit never does. */
const readers: ReadonlyMap<string, Reader> = new Map([
  ['issues.labeled', (delivery) => fromLabel(delivery, labeledSchema)],
  ['pull_request.labeled', (delivery) => fromLabel(delivery, labeledPullSchema)],
  ['issues.opened', (delivery) => fromOpened(delivery, openedSchema)],
  ['pull_request.opened', (delivery) => fromOpened(delivery, openedPullSchema)],
  ['issue_comment.created', fromComment],
  ['pull_request_review_comment.created', fromReviewComment],
  ['pull_request_review.submitted', fromReview],
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
  return reader(delivery)
}

/** Whether somebody may have asked for something: what a delivery says of itself, before its payload is looked at. */
export function canAsk(event: string, action: unknown): boolean {
  return readerOf(event, action) !== undefined
}

function readerOf(event: string, action: unknown): Reader | undefined {
  return typeof action === 'string' ? readers.get(`${event}.${action}`) : undefined
}

function fromLabel(delivery: Delivery, schema: typeof labeledSchema | typeof labeledPullSchema): ParsedEvent {
  const parsed = schema.safeParse(delivery.payload)
  if (!parsed.success) return invalid(parsed.error)
  const { repository, sender, label } = parsed.data
  const { number, updated_at } = 'issue' in parsed.data ? parsed.data.issue : parsed.data.pull_request
  const occurredAt = toUtc(updated_at)
  const identity = [repository.id, number, label.name, sender.id, occurredAt]
  const event: WrittenEvent = {
    ...common(delivery, parsed.data),
    kind: 'label',
    eventKey: `label:${identity.join(':')}`,
    label: label.name,
    occurredAt,
  }
  return { kind: 'event', event }
}

/** One that was moved here is opened by whoever moved it, and its text is somebody else's. */
function fromOpened(delivery: Delivery, schema: typeof openedSchema | typeof openedPullSchema): ParsedEvent {
  const parsed = schema.safeParse(delivery.payload)
  if (!parsed.success) return invalid(parsed.error)
  const { number, body, user, created_at } = 'issue' in parsed.data ? parsed.data.issue : parsed.data.pull_request
  if (user?.id !== parsed.data.sender.id) return { kind: 'ignored', why: 'its text is not of whoever opened it' }
  const { subject, ...shared } = common(delivery, parsed.data)
  const event: WrittenEvent = {
    ...shared,
    kind: 'opened',
    eventKey: `opened:${parsed.data.repository.id}:${number}`,
    subject: { ...subject, body: '' },
    comment: { body: body ?? '' },
    occurredAt: toUtc(created_at),
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
  const { id, body, state, submitted_at } = parsed.data.review
  const { user, head } = parsed.data.pull_request
  const mayBeOurs = user?.type === 'Bot' && head?.ref.startsWith('airlock/') === true
  const event: WrittenEvent = {
    ...common(delivery, parsed.data),
    kind: 'review',
    eventKey: `review:${parsed.data.repository.id}:${id}`,
    comment: { id, body: body ?? '' },
    ...(state === 'changes_requested' && mayBeOurs ? { asksForChanges: true } : {}),
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
