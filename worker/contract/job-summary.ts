import { z } from 'zod'
import { gateResultSchema } from './finding.ts'
import { jobReportSchema } from './job-report.ts'
import { subjectSchema } from './job-request.ts'
import { digestSchema } from './names.ts'
import { outcomeSchema } from './outcome.ts'
import { setupReportSchema } from './setup-plan.ts'

/** A change that waits for a person. */
const heldSchema = z.strictObject({
  digest: digestSchema,
  /** The beginning of the change as a diff, empty where it is too large; null where it may show a secret. */
  patch: z.string().nullable(),
  /** Until when it can be approved; null: not at all, because it is too large to be kept. */
  until: z.iso.datetime().nullable(),
  /** The issue that was opened to decide on it, where the job was asked for on none. */
  thread: subjectSchema.optional(),
})
export type HeldNote = z.infer<typeof heldSchema>

/** A blocked change that the operator wants kept. `until` is null where it is too large for that. */
const blockedSchema = z.strictObject({ until: z.iso.datetime().nullable() })
export type BlockedNote = z.infer<typeof blockedSchema>

/** A published change on which CI waits for a person. */
const quarantineSchema = z.strictObject({ digest: digestSchema })
export type QuarantineNote = z.infer<typeof quarantineSchema>

/** All that a person may want to read of a job. What an agent or a repository said in it is not to be trusted. */
export const jobSummarySchema = z.strictObject({
  report: jobReportSchema,
  outcome: outcomeSchema,
  gates: z.array(gateResultSchema),
  /** The agent's own closing words. */
  agentSummary: z.string(),
  changedFiles: z.array(z.strictObject({ path: z.string(), added: z.int(), removed: z.int() })),
  /** Facts that the requester should hear of. */
  notes: z.array(z.string()),
  /** Null where the job ended before that was decided. */
  setup: setupReportSchema.nullable(),
  pullRequestUrl: z.string().nullable(),
  /** The record's last hash when this was written: whoever keeps it can tell that no earlier entry was changed. */
  recordHead: z.string(),
  /** Last lines of output that explain a failure. */
  lastOutput: z.string(),
  held: heldSchema.optional(),
  blocked: blockedSchema.optional(),
  quarantine: quarantineSchema.optional(),
  /** The repository's own page, where the work is offered as a branch to the author of a fork. */
  offeredAt: z.url().optional(),
})
export type JobSummary = z.infer<typeof jobSummarySchema>
