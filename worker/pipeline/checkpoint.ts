import { z } from 'zod'
import { jobSummarySchema, shaSchema } from '../contract/index.ts'
import type { Checkpoints } from './ports/index.ts'

/** A result that passed the gates and whose commit exists: all that the second half of publishing needs. */
const handoffSchema = z.strictObject({
  kind: z.literal('handoff'),
  branch: z.string().startsWith('airlock/'),
  commit: shaSchema,
  title: z.string(),
  body: z.string(),
  /** Absent: nobody beside the one who asked. */
  reviewers: z
    .strictObject({ users: z.array(z.string()).readonly(), teams: z.array(z.string()).readonly() })
    .optional(),
  summary: jobSummarySchema,
})
export type Handoff = z.infer<typeof handoffSchema>

/** A job that ended and whose requester could not be told yet. */
const endedSchema = z.strictObject({
  kind: z.literal('ended'),
  commit: shaSchema.nullable(),
  summary: jobSummarySchema,
})
export type Ended = z.infer<typeof endedSchema>

const checkpointSchema = z.discriminatedUnion('kind', [handoffSchema, endedSchema])

/** What an earlier attempt had done for good; null where the job starts from the beginning. */
export async function loadCheckpoint(
  checkpoints: Pick<Checkpoints, 'load'>,
  jobId: string,
): Promise<Handoff | Ended | null> {
  return checkpointSchema.safeParse(await checkpoints.load(jobId)).data ?? null
}
