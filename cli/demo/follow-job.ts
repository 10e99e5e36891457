import { z } from 'zod'
import type { LoggedProcess } from '../../test/e2e/process-log.ts'
import { outcomeNameSchema, stepNameSchema } from '../../worker/contract/index.ts'

const stepLineSchema = z.object({ msg: z.literal('step'), step: stepNameSchema, elapsedMs: z.number() })

const endLineSchema = z.object({
  msg: z.literal('job ended'),
  outcome: outcomeNameSchema,
  reason: z.string(),
  detail: z.string().optional(),
  audit: z.string(),
  durations: z.partialRecord(stepNameSchema, z.number()),
})
export type JobEnd = z.infer<typeof endLineSchema>

/** Prints each step as the worker begins it, with the time since the job began; resolves at the job's end. */
export async function followJob(
  worker: LoggedProcess,
  write: (text: string) => void,
  timeoutMs: number,
): Promise<JobEnd> {
  worker.onLine((line) => {
    const { data } = stepLineSchema.safeParse(line)
    if (data !== undefined) write(`  ${(data.elapsedMs / 1000).toFixed(1).padStart(6)} s  ${data.step}\n`)
  })
  return endLineSchema.parse(await worker.waitFor((line) => line.msg === 'job ended', timeoutMs))
}
