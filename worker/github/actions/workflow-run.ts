import { z } from 'zod'

/** The workflow that a repository has for jobs which are sent to it, on its default branch. */
export const jobWorkflow = 'airlock-job.yml'
export const artifactName = 'airlock-handover'

const personSchema = z.object({ login: z.string(), type: z.string() }).nullish()

export const workflowRunSchema = z.object({
  id: z.int().positive(),
  display_title: z.string(),
  event: z.string(),
  /** `queued`, `in_progress`, `completed` and others: GitHub adds to them. */
  status: z.string().nullable(),
  conclusion: z.string().nullable(),
  run_attempt: z.int(),
  actor: personSchema,
  triggering_actor: personSchema,
})
export type WorkflowRun = z.infer<typeof workflowRunSchema>

/** As `run-name` of the workflow has it: by this a later attempt finds what an earlier one sent. */
export function titleOf(jobId: string): string {
  return `Airlock ${jobId}`
}

/**
 * Whether the App itself started this run, and nobody started it again: whoever may write in the repository can dispatch
 * the workflow with any title, or run an old one anew.
 */
export function isOurs(run: WorkflowRun, botLogin: string): boolean {
  const isBot = (person: WorkflowRun['actor']) => person?.login === botLogin && person.type === 'Bot'
  return run.event === 'workflow_dispatch' && run.run_attempt === 1 && isBot(run.actor) && isBot(run.triggering_actor)
}

/** Has it been given to a runner, or has it ended? */
export function hasBegun({ status }: WorkflowRun): boolean {
  return status === 'in_progress' || status === 'completed'
}
