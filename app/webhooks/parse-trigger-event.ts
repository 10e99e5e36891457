import { z } from 'zod'
import { repositorySchema, type TriggerEvent, triggerEventSchema } from '../../worker/contract/index.ts'
import type { Payload } from './event-fits-payload.ts'

export type ParsedEvent =
  | { readonly kind: 'event'; readonly event: TriggerEvent }
  | { readonly kind: 'ignored'; readonly why: string }
  | { readonly kind: 'invalid'; readonly problem: string }

export interface Delivery {
  readonly deliveryId: string
  readonly event: string
  readonly payload: Payload
  /** ISO 8601. */
  readonly receivedAt: string
}

const [labelEvent, commentEvent] = triggerEventSchema.options
const { installationId, sender, subject } = labelEvent.shape
const time = z.iso.datetime({ offset: true })
const toUtc = (text: string) => new Date(text).toISOString()
/** Every field has the bounds of the event that it becomes, so that this one look is enough. */
const sharedShape = {
  installation: z.object({ id: installationId }),
  repository: z.object({
    id: repositorySchema.shape.id,
    name: repositorySchema.shape.name,
    private: repositorySchema.shape.private,
    default_branch: repositorySchema.shape.defaultBranch,
    owner: z.object({ login: repositorySchema.shape.owner }),
  }),
  sender: z.object(sender.shape),
  issue: z.object({
    number: subject.shape.number,
    title: subject.shape.title,
    body: subject.shape.body.nullish(),
    updated_at: time,
    /** GitHub calls a pull request an issue that has this. */
    pull_request: z.object({}).nullish(),
  }),
}
const labeledSchema = z.object({ ...sharedShape, label: z.object({ name: labelEvent.shape.label }) })
const commentedSchema = z.object({
  ...sharedShape,
  comment: z.object({ ...commentEvent.shape.comment.shape, created_at: time }),
})

/**
 * A verified payload, made into what the rest of Airlock knows: the fields that are used and no others, each bounded.
 * The event's key is made of signed fields, so that another delivery of the same event has the same key.
 */
export function parseTriggerEvent(delivery: Delivery): ParsedEvent {
  const { event, payload } = delivery
  if (!canAsk(event, payload.action)) return { kind: 'ignored', why: 'not an event that can ask for something' }
  // Only a webhook of a repository or organisation lacks it; the App's own always has it.
  if (payload.installation === undefined) return { kind: 'ignored', why: 'not sent for an installation' }
  return event === 'issues' ? fromLabel(delivery) : fromComment(delivery)
}

/** Whether somebody may have asked for something: what a delivery says of itself, before its payload is looked at. */
export function canAsk(event: string, action: unknown): boolean {
  return (event === 'issues' && action === 'labeled') || (event === 'issue_comment' && action === 'created')
}

function fromLabel(delivery: Delivery): ParsedEvent {
  const parsed = labeledSchema.safeParse(delivery.payload)
  if (!parsed.success) return invalid(parsed.error)
  const { repository, issue, sender, label } = parsed.data
  const occurredAt = toUtc(issue.updated_at)
  const identity = [repository.id, issue.number, label.name, sender.id, occurredAt]
  const event: TriggerEvent = {
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
  const event: TriggerEvent = {
    ...common(delivery, parsed.data),
    kind: 'comment',
    eventKey: `comment:${parsed.data.repository.id}:${id}`,
    comment: { id, body },
    occurredAt: toUtc(created_at),
  }
  return { kind: 'event', event }
}

type Shared = Pick<
  TriggerEvent,
  'version' | 'deliveryId' | 'installationId' | 'repository' | 'sender' | 'subject' | 'receivedAt'
>

function common(delivery: Delivery, payload: z.infer<typeof labeledSchema> | z.infer<typeof commentedSchema>): Shared {
  const { installation, repository, sender, issue } = payload
  const { id, name, private: isPrivate, default_branch: defaultBranch, owner } = repository
  return {
    version: 1,
    deliveryId: delivery.deliveryId,
    installationId: installation.id,
    repository: { id, owner: owner.login, name, private: isPrivate, defaultBranch },
    sender,
    subject: {
      kind: issue.pull_request ? 'pull-request' : 'issue',
      number: issue.number,
      title: issue.title,
      body: issue.body ?? '',
    },
    receivedAt: delivery.receivedAt,
  }
}

/** Names the fields and repeats no value. */
function invalid(error: z.ZodError): ParsedEvent {
  const fields = error.issues.slice(0, 5).map((issue) => issue.path.join('.') || 'payload')
  return { kind: 'invalid', problem: `not as GitHub sends it: ${fields.join(', ')}` }
}
