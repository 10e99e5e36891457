import { z } from 'zod'
import { diffPlaceSchema } from './diff-place.ts'
import { repositorySchema, sortingSchema, subjectSchema } from './job-request.ts'
import { jobIdSchema, shaSchema } from './names.ts'

/** GitHub allows 65,536 characters, in practice of one UTF-16 unit each; two bodies and a title fit one task. */
const bodySchema = z.string().max(130_000)

const commentId = z.int().positive()
/** What the sender wrote. */
const commentSchema = z.strictObject({ id: commentId, body: bodySchema })

const commonShape = {
  version: z.literal(1),
  /** `X-GitHub-Delivery`. GitHub does not sign it: it is for logs and a first look, never proof of being new. */
  deliveryId: z.string().min(1).max(128),
  /** The event's own identity, made from signed fields alone, but a press's: two deliveries of one event have the same key. */
  eventKey: z.string().min(1).max(256),
  installationId: z.int().positive(),
  repository: repositorySchema,
  sender: z.strictObject({
    id: z.int().nonnegative(),
    login: z.string().max(100),
    /** GitHub's word: `User`, `Bot`, `Organization`, `Mannequin` … Only `User` may start anything. */
    type: z.string().max(32),
  }),
  /** When it happened on GitHub (signed), and when it reached us. */
  occurredAt: z.iso.datetime(),
  receivedAt: z.iso.datetime(),
}

/** Title and body as they were in the payload: what the sender saw. */
const onSubject = {
  ...commonShape,
  subject: subjectSchema.extend({ body: bodySchema, sorting: sortingSchema.optional() }),
}

/**
 * One thing that a person did on GitHub and that may ask for a job. Made by the app from a verified delivery, kept in
 * Redis by the ledger, parsed again when it is taken from there.
 */
export const triggerEventSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    ...onSubject,
    kind: z.literal('label'),
    label: z.string().max(100),
    /** Of one that was found on GitHub because its webhook was lost: is the issue still what it was when it was set? */
    changedSince: z.boolean().optional(),
  }),
  z.strictObject({ ...onSubject, kind: z.literal('comment'), comment: commentSchema }),
  /** A new issue or pull request whose own text begins with a command. All of it is that: the subject's body is empty. */
  z.strictObject({ ...onSubject, kind: z.literal('opened'), comment: commentSchema.pick({ body: true }) }),
  z.strictObject({
    ...onSubject,
    kind: z.literal('review-comment'),
    comment: commentSchema,
    /** The comment that its thread began with: the only one that GitHub takes replies to. */
    threadId: commentId,
    at: diffPlaceSchema,
  }),
  /** A submitted review; its comments are no part of the delivery. */
  z.strictObject({
    ...onSubject,
    kind: z.literal('review'),
    comment: commentSchema,
    /** It asks for changes of a pull request that may be ours, by what the delivery says. */
    asksForChanges: z.boolean().optional(),
  }),
])

/** A press on a check run, or on all that a commit has of us. What it is about is in our own books. */
export const clickEventSchema = z.strictObject({
  ...commonShape,
  kind: z.literal('click'),
  /** Of signed fields alone, and so the same for a second press. The event's own key also has the delivery's id. */
  pressKey: z.string().min(1).max(256),
  /** The App whose check run it is, as GitHub says. */
  appId: z.int().nonnegative(),
  on: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('job'), jobId: jobIdSchema }),
    z.strictObject({ kind: z.literal('commit'), sha: shaSchema }),
  ]),
  pressed: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('again') }),
    z.strictObject({ kind: z.literal('decision'), verb: z.enum(['approve', 'reject']), hash: z.string().max(64) }),
  ]),
})
export type ClickEvent = z.infer<typeof clickEventSchema>

/** What the ledger keeps of what people did. */
export const intakeEventSchema = z.discriminatedUnion('kind', [...triggerEventSchema.options, clickEventSchema])
export type IntakeEvent = z.infer<typeof intakeEventSchema>

/** A label, or what a person wrote. */
export type WrittenEvent = z.infer<typeof triggerEventSchema>
/** A press, with its job and the issue or pull request that this was asked on, as that is now. */
export type PlacedClick = Omit<ClickEvent, 'on'> & Pick<WrittenEvent, 'subject'> & { readonly jobId: string }

export type TriggerEvent = WrittenEvent | PlacedClick

/** Redis did not take it: nothing was written, and whoever asked has to try again. */
export class QueueUnavailableError extends Error {
  override readonly name = 'QueueUnavailableError'
  readonly code = 'unavailable'
  readonly retryable = true
}
