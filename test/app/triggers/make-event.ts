import type { TriggerEvent } from '../../../worker/contract/index.ts'

type LabelEvent = Extract<TriggerEvent, { kind: 'label' }>
type CommentEvent = Extract<TriggerEvent, { kind: 'comment' }>

type ReviewCommentEvent = Extract<TriggerEvent, { kind: 'review-comment' }>
type ReviewEvent = Extract<TriggerEvent, { kind: 'review' }>

const common = {
  version: 1,
  deliveryId: '72d3162e-cc78-11e3-81ab-4c9367dc0958',
  eventKey: 'label:1:7:airlock:42:2026-11-20T10:00:00Z',
  installationId: 99,
  repository: { id: 1, owner: 'octo', name: 'repo', private: true, defaultBranch: 'main' },
  sender: { id: 42, login: 'ada', type: 'User' },
  subject: { kind: 'issue', number: 7, title: 'Sum is off by one', body: 'Adds one too many.' },
  occurredAt: '2026-11-20T10:00:00Z',
  receivedAt: '2026-11-20T10:00:01Z',
} as const

export function labelEvent(changes: Partial<LabelEvent> = {}): LabelEvent {
  return { ...common, kind: 'label', label: 'airlock', ...changes }
}

export function commentEvent(body: string, changes: Partial<CommentEvent> = {}): CommentEvent {
  return { ...common, kind: 'comment', eventKey: 'comment:55', comment: { id: 55, body }, ...changes }
}

/** A new issue with this text. */
export function openedEvent(body: string): Extract<TriggerEvent, { kind: 'opened' }> {
  const subject = { ...common.subject, body: '' }
  return { ...common, kind: 'opened', eventKey: 'opened:1:7', subject, comment: { body } }
}

const onPull = { ...common, subject: { ...common.subject, kind: 'pull-request' } } as const

export function reviewCommentEvent(body: string, changes: Partial<ReviewCommentEvent> = {}): ReviewCommentEvent {
  const at = { path: 'src/sum.ts', lines: { first: 2, last: 4 }, side: 'after', hunk: '@@ -1 +1 @@\n-a\n+b' } as const
  const comment = { id: 56, body }
  return { ...onPull, kind: 'review-comment', eventKey: 'review-comment:56', comment, threadId: 50, at, ...changes }
}

export function reviewEvent(body: string, changes: Partial<ReviewEvent> = {}): ReviewEvent {
  return { ...onPull, kind: 'review', eventKey: 'review:57', comment: { id: 57, body }, ...changes }
}
