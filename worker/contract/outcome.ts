import { z } from 'zod'

export const outcomeNames = [
  'published',
  'no-changes',
  'held',
  'blocked',
  'joined',
  'refused',
  'cancelled',
  'failed',
] as const
export const outcomeNameSchema = z.enum(outcomeNames)
export type OutcomeName = z.infer<typeof outcomeNameSchema>

/** Every reason that a job can end with, by outcome. Texts for people are made from it in app/replies alone. */
export const reasons = {
  published: [
    'pull-request-opened',
    'pull-request-continued',
    'base-merged',
    'branch-created',
    'patch-offered',
    'ci-released',
  ],
  'no-changes': ['agent-changed-nothing', 'base-merged-before'],
  held: ['gate-hold'],
  blocked: ['gate-block', 'gate-error'],
  joined: ['joined-another-job'],
  refused: [
    'permission-too-low',
    'permission-lost',
    'bot-sender',
    'policy-invalid',
    'policy-changed',
    'base-moved',
    'base-missing',
    'repository-empty',
    'repository-archived',
    'repository-unavailable',
    'fork-head',
    'pull-request-closed',
    'submodules-unsupported',
    'repository-too-large',
    'isolation-unavailable',
    'agent-unavailable',
    'model-unavailable',
    'budget-spent',
    'quota-spent',
    'secret-missing',
    'workspace-unsafe',
    'approval-void',
    'handover-void',
    'runner-unavailable',
  ],
  cancelled: ['by-person', 'access-ended', 'shutdown'],
  failed: [
    'setup-failed',
    'secret-left-behind',
    'agent-failed',
    'agent-crashed',
    'agent-refused',
    'agent-limit',
    'agent-timeout',
    'agent-stalled',
    'setup-timeout',
    'output-limit',
    'memory-limit',
    'process-limit',
    'disk-limit',
    'cost-limit',
    'token-limit',
    'budget-used-up',
    'quota-used-up',
    'workspace-deleted',
    'conflict-unsolved',
    'merge-failed',
    'collect-limit',
    'branch-taken',
    'github-unavailable',
    'lease-lost',
    'runner-lost',
    'attempts-exhausted',
    'internal-error',
  ],
} as const satisfies Record<OutcomeName, readonly string[]>

export type Reason = { [K in OutcomeName]: (typeof reasons)[K][number] }[OutcomeName]

const reasonNames = Object.values(reasons).flat()
export const reasonSchema = z.enum(reasonNames as [Reason, ...Reason[]])

/** How a job ended: an expected end is a value, never an exception. `detail` is one line of facts, bounded. */
export const outcomeSchema = z.strictObject({
  outcome: outcomeNameSchema,
  reason: reasonSchema,
  detail: z.string().max(2000).optional(),
})
export type Outcome = z.infer<typeof outcomeSchema>

/** Did the job add a commit to a pull request of ours that there was? */
export function isContinued({ reason }: Pick<Outcome, 'reason'>): boolean {
  return reason === 'pull-request-continued' || reason === 'base-merged'
}
