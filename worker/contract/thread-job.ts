import { z } from 'zod'
import { actorSchema, agentNameSchema, jobIdSchema, type stepNameSchema } from './names.ts'

/** An issue or pull request, by numbers that no renaming changes. */
export interface Place {
  /** The repository's id. */
  readonly repository: number
  readonly number: number
}

/** A job as the issue or pull request knows it that it was asked on. */
export const threadJobSchema = z.strictObject({
  jobId: jobIdSchema,
  actor: actorSchema,
  agent: agentNameSchema,
  askedAt: z.iso.datetime(),
})
export type ThreadJob = z.infer<typeof threadJobSchema>

/** How far a job has come. `place` counts from 1, the next one; null where that is not known. */
export type JobStanding =
  | { readonly kind: 'waiting'; readonly place: number | null }
  | { readonly kind: 'running'; readonly step: z.infer<typeof stepNameSchema> | null; readonly attempt: number }
  | { readonly kind: 'ended' }

export interface StandingJob extends ThreadJob {
  readonly standing: JobStanding
  /** Somebody has asked to cancel it. */
  readonly cancelled: boolean
}
