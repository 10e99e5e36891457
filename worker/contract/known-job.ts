import { z } from 'zod'
import { usageSchema } from './job-report.ts'
import type { JobRequest } from './job-request.ts'
import type { JobSummary } from './job-summary.ts'
import { actorSchema, agentNameSchema, jobIdSchema } from './names.ts'
import { outcomeSchema } from './outcome.ts'
import type { JobStanding } from './thread-job.ts'

/** What is known of a job by its id, without what it was asked to do. */
export const jobNoteSchema = z.strictObject({
  id: jobIdSchema,
  installationId: z.int().positive().nullable(),
  repository: z.strictObject({ id: z.int().nonnegative(), owner: z.string(), name: z.string() }),
  subject: z.strictObject({ kind: z.enum(['issue', 'pull-request']), number: z.int().positive() }).nullable(),
  actor: actorSchema,
  agent: agentNameSchema,
  askedAt: z.iso.datetime(),
})
export type JobNote = z.infer<typeof jobNoteSchema>

export function jobNoteOf(request: JobRequest, now: Date): JobNote {
  const { id, installationId, repository, subject, actor, agent } = request
  return {
    ...{ id, installationId, actor, agent },
    repository: { id: repository.id, owner: repository.owner, name: repository.name },
    subject: subject === null ? null : { kind: subject.kind, number: subject.number },
    askedAt: now.toISOString(),
  }
}

/** How a job ended, for those who ask by its id. */
export const jobResultSchema = z.strictObject({
  outcome: outcomeSchema,
  branch: z.string().nullable(),
  commit: z.string().nullable(),
  pullRequestUrl: z.string().nullable(),
  /** The issue that was opened to decide on what is held, where the job was asked for on none. */
  heldOn: z.int().positive().nullable().default(null),
  usage: usageSchema,
})
export type JobResult = z.infer<typeof jobResultSchema>

export function jobResultOf({ outcome, report, pullRequestUrl, held }: JobSummary): JobResult {
  const { branch, commit, usage } = report
  return { outcome, branch, commit, pullRequestUrl, heldOn: held?.thread?.number ?? null, usage }
}

export interface KnownJob extends JobNote {
  readonly standing: JobStanding
  /** Somebody has asked to cancel it. */
  readonly cancelled: boolean
  /** Null: it has not ended, or ended before results were kept. */
  readonly result: JobResult | null
}
