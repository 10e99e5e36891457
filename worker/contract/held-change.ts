import { z } from 'zod'
import { actorSchema, digestSchema, jobIdSchema, permissionSchema, teamSlugSchema } from './names.ts'

/** A person's word on a held change. */
export const decisionSchema = z.strictObject({
  verb: z.enum(['approve', 'reject']),
  by: actorSchema,
  /** As GitHub said it when the word was taken. */
  permission: permissionSchema,
  at: z.iso.datetime(),
  /** Of the event that carried it: the same event twice is one decision. */
  eventKey: z.string().min(1).max(256),
})
export type Decision = z.infer<typeof decisionSchema>

/** What waits, or waited, for a person: a change that nobody has seen, or CI on a branch. What it needs is kept apart. */
export const heldEntrySchema = z.strictObject({
  kind: z.enum(['change', 'ci']),
  jobId: jobIdSchema,
  digest: digestSchema,
  requester: actorSchema,
  approvals: z.strictObject({
    own: z.boolean(),
    permission: permissionSchema,
    teams: z.array(teamSlugSchema).max(64).optional(),
  }),
  until: z.iso.datetime(),
  decision: decisionSchema.nullable(),
})
export type HeldEntry = z.infer<typeof heldEntrySchema>

/** What the operator is told of a change that is kept, without opening it: nothing in it comes from the change. */
export const keptEntrySchema = z.strictObject({
  kind: z.enum(['change', 'ci', 'blocked']),
  jobId: jobIdSchema,
  /** `owner/name`, and the issue or pull request where it was asked for. */
  repository: z.string().max(200),
  number: z.int().positive().nullable(),
  requester: actorSchema,
  until: z.iso.datetime(),
})
export type KeptEntry = z.infer<typeof keptEntrySchema>

/** How much of a change's digest a person has to name. */
export const shortDigestLength = 12

/** A person's word that lets a held change out, or CI run on it; with it, a job does that and runs nothing. */
export const approvalSchema = z.strictObject({
  /** The job whose change it is. */
  jobId: jobIdSchema,
  digest: digestSchema,
  ...decisionSchema.omit({ verb: true }).shape,
})
export type Approval = z.infer<typeof approvalSchema>

/** The job that was decided on has not put its end down yet; a moment later it has. */
export class StillEndingError extends Error {
  override readonly name = 'StillEndingError'
  readonly code = 'still-ending'
  readonly retryable = true
}
