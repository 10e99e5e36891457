import { z } from 'zod'
import { actorSchema, agentNameSchema, digestSchema, jobIdSchema, stepNameSchema } from './names.ts'
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
 * digest tells whether they still are what they were. Null: the issue itself is the task. `kind` absent: a comment;
 * `opened`: the text that the issue or pull request was opened with.
 */
export const askedInSchema = z
  .union([
    z.strictObject({ commentId: z.int().positive(), digest: digestSchema, kind: writtenInSchema.optional() }),
    z.strictObject({ kind: z.literal('opened'), digest: digestSchema }),
  ])
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

/** How far an attempt is, as it was written down last. Costs are of the model, in US dollars. */
export const progressNoteSchema = z.strictObject({
  step: stepNameSchema,
  /** Milliseconds since the epoch. */
  beganAt: z.int().nonnegative(),
  costUsd: z.number().nonnegative(),
  mostUsd: z.number().nonnegative(),
})
export type ProgressNote = z.infer<typeof progressNoteSchema>

export type JobStanding =
  | {
      readonly kind: 'waiting'
      /** Counts from 1, the next one; null where it is not known. */
      readonly place: number | null
      /** About how long that takes; left out where nobody knows. */
      readonly startsInMs?: number
      /** What it waits for. */
      readonly quota?: QuotaWait
    }
  /** Without `noted` nothing is written down yet. */
  | { readonly kind: 'running'; readonly attempt: number; readonly noted?: ProgressNote }
  | { readonly kind: 'ended' }

export interface StandingJob extends ThreadJob {
  readonly standing: JobStanding
  /** Somebody has asked to cancel it. */
  readonly cancelled: boolean
}
