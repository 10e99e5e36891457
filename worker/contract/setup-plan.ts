import { z } from 'zod'
import { policySchema } from './policy.ts'

/** Where the commands of a setup come from. `nothing`: no file of the repository says what to run. */
export const setupSources = ['policy', 'copilot-setup-steps', 'devcontainer', 'lockfiles', 'nothing'] as const

const plannedCommandSchema = z.strictObject({
  /** A shell line, run in the workspace. */
  line: z.string(),
  /** The file that asks for it. */
  from: z.string(),
})

const notDoneSchema = z.strictObject({ what: z.string(), why: z.string() })
export type NotDone = z.infer<typeof notDoneSchema>

/** What its result depends on besides the commands: named files of the base commit, or all of them. */
const setupInputsSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('files'), paths: z.array(z.string()) }),
  z.strictObject({ kind: z.literal('tree'), why: z.string() }),
])

/** What sandbox 1 will run for one job, and why. Made from the policy and the base commit's files alone. */
export const setupPlanSchema = z.strictObject({
  source: z.enum(setupSources),
  commands: z.array(plannedCommandSchema),
  /** Set for these commands; a secret or a variable of ours of the same name wins. */
  env: z.record(z.string(), z.string()),
  network: policySchema.shape.setup.shape.network.unwrap(),
  /** What the repository asks for and does not get. */
  notDone: z.array(notDoneSchema),
  inputs: setupInputsSchema,
})
export type SetupPlan = z.infer<typeof setupPlanSchema>

/** What became of a setup: run, taken from a snapshot, or neither. */
export const setupReportSchema = z.strictObject({
  plan: setupPlanSchema,
  snapshot: z.enum(['hit', 'miss', 'none']),
  why: z.string(),
})
export type SetupReport = z.infer<typeof setupReportSchema>
