import { z } from 'zod'
import { findingSchema, verdictSchema } from './finding.ts'

/** What `airlock gates --json` prints: other programs rely on every key. */
export const gatesReportSchema = z.strictObject({
  verdict: verdictSchema,
  findings: z.array(findingSchema.required({ fingerprint: true })),
  /** Files that were looked at, and their bytes as they are now. */
  files: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
})
export type GatesReport = z.infer<typeof gatesReportSchema>
