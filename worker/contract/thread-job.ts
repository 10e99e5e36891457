import { z } from 'zod'
import { actorSchema, agentNameSchema, digestSchema, jobIdSchema, type stepNameSchema } from './names.ts'
import type { QuotaWait } from './quota.ts'

/** An issue or pull request, by numbers that no renaming changes. */
export interface Place {
  /** The repository's id. */
  readonly repository: number
  readonly number: number
}

/** Where a person writes: on the issue or pull request, on lines of a diff, or as the summary of a review. */
export const writtenInSchema = z.enum(['comment', 'review-comment', 'review'])
export type WrittenIn = z.infer<typeof writtenInSchema>

/**
 * Where the words are that asked for a job, so that the very same can be asked again. Nothing of them is kept here: the
 * digest tells whether they still are what they were. Null: the issue itself is the task. `kind` absent: a comment.
 */
export const askedInSchema = z
  .strictObject({ commentId: z.int().positive(), digest: digestSchema, kind: writtenInSchema.optional() })
  .nullable()
export type AskedIn = z.infer<typeof askedInSchema>

/** A job as the issue or pull request knows it that it was asked on. */
export const threadJobSchema = z.strictObject({
  jobId: jobIdSchema,
  actor: actorSchema,
  agent: agentNameSchema,
  askedAt: z.iso.datetime(),
  /** Absent: it can't be asked again, because it carried out what a person approved, or is from an older version. */
  askedIn: askedInSchema.optional(),
  /** Of the whole text that the agent was given. */
  task: digestSchema.optional(),
})
export type ThreadJob = z.infer<typeof threadJobSchema>

/** How far a job has come. `place` counts from 1, the next one; null where that is not known. `quota`: it waits for that. */
export type JobStanding =
  | { readonly kind: 'waiting'; readonly place: number | null; readonly quota?: QuotaWait }
  | { readonly kind: 'running'; readonly step: z.infer<typeof stepNameSchema> | null; readonly attempt: number }
  | { readonly kind: 'ended' }

export interface StandingJob extends ThreadJob {
  readonly standing: JobStanding
  /** Somebody has asked to cancel it. */
  readonly cancelled: boolean
}
