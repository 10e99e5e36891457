import { z } from 'zod'
import { jobSummarySchema, shaSchema } from '../contract/index.ts'
import type { Job } from './job.ts'

/** A result that passed the gates and whose commit exists: all that the second half of publishing needs. */
const handoffSchema = z.strictObject({
  branch: z.string().startsWith('airlock/'),
  commit: shaSchema,
  title: z.string(),
  body: z.string(),
  summary: jobSummarySchema,
})
export type Handoff = z.infer<typeof handoffSchema>

export function saveHandoff(job: Job, handoff: Handoff): Promise<void> {
  return job.ports.checkpoints.save(job.request.id, handoff)
}

/** What an earlier attempt left ready to hand off; null where the job starts from the beginning. */
export async function loadHandoff(job: Job): Promise<Handoff | null> {
  const saved = await job.ports.checkpoints.load(job.request.id)
  const parsed = handoffSchema.safeParse(saved)
  return parsed.success ? parsed.data : null
}
