import { z } from 'zod'
import { findingSchema } from './finding.ts'
import { isolationSchema, stepNameSchema } from './names.ts'
import { networkProofSchema } from './network-proof.ts'
import { outcomeNameSchema, reasonSchema } from './outcome.ts'
import { acceptedWeakerSchema } from './policy.ts'
import { postureSchema } from './posture.ts'

export const usageSchema = z.strictObject({
  requests: z.int().nonnegative(),
  inputTokens: z.int().nonnegative(),
  outputTokens: z.int().nonnegative(),
  costUsd: z.number().nonnegative(),
})
export type Usage = z.infer<typeof usageSchema>

const deniedSchema = z.strictObject({
  host: z.string(),
  port: z.int(),
  phase: z.enum(['setup', 'agent']),
  /** The command that tried, where the audit of processes could tell. */
  command: z.string().nullable(),
  /** How often. */
  count: z.int().positive().default(1),
})
export type DeniedEgress = z.infer<typeof deniedSchema>

/** What `airlock run --json` prints: other programs rely on every key. Durations in milliseconds. */
export const jobReportSchema = z.strictObject({
  id: z.string(),
  outcome: outcomeNameSchema,
  reason: reasonSchema,
  branch: z.string().nullable(),
  baseSha: z.string(),
  commit: z.string().nullable(),
  pullRequest: z.strictObject({ title: z.string(), body: z.string() }).nullable(),
  findings: z.array(findingSchema),
  posture: postureSchema.nullable(),
  /** Only where a weaker class ran than the policy asks for, as the operator accepts. */
  acceptedWeaker: acceptedWeakerSchema.extend({ asked: isolationSchema, ran: isolationSchema }).optional(),
  egress: z.strictObject({
    allowed: z.array(z.strictObject({ host: z.string(), port: z.int(), phase: z.enum(['setup', 'agent']) })),
    denied: z.array(deniedSchema),
  }),
  /** What each phase that ran had to do with the network. */
  network: z.array(networkProofSchema).default([]),
  usage: usageSchema,
  durations: z.partialRecord(stepNameSchema, z.number()),
  audit: z.string(),
})
export type JobReport = z.infer<typeof jobReportSchema>
