import { createHash } from 'node:crypto'
import { z } from 'zod'
import { digestSchema, jobIdSchema, jobRequestSchema, jobSummarySchema } from '../contract/index.ts'

export const manifestFile = 'manifest.json'
/** All that is ever handed over, beside the manifest. */
export const handoverFiles = ['request.json', 'summary.json', 'change.json'] as const
export type HandoverFile = (typeof handoverFiles)[number]

/** A run of a workflow, as GitHub counts it. */
export interface RunOfWorkflow {
  readonly id: number
  readonly attempt: number
}

/** What one job hands over to the other, file by file. Its own digest goes by another way: as an output of the job. */
export const manifestSchema = z.strictObject({
  version: z.literal(1),
  jobId: jobIdSchema,
  repositoryId: z.int().positive(),
  run: z.strictObject({ id: z.int().nonnegative(), attempt: z.int().nonnegative() }),
  /** As the pipeline names the change; null: there is none to publish. */
  change: digestSchema.nullable(),
  files: z.partialRecord(z.enum(handoverFiles), digestSchema),
})
export type Manifest = z.infer<typeof manifestSchema>

/** A change as files. Nothing of what they were before, and no ids: whoever publishes makes those. */
export const changeSchema = z.strictObject({
  files: z
    .array(
      z.strictObject({
        path: z.string().min(1).max(4096),
        after: z.strictObject({ mode: z.enum(['100644', '100755', '120000']), content: z.base64() }).nullable(),
      }),
    )
    .min(1)
    .max(200_000),
})

export const requestFileSchema = jobRequestSchema
export const summaryFileSchema = jobSummarySchema

export function sha256(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
