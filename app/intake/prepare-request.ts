import type { JobRequest, Reason } from '../../worker/contract/index.ts'
import { describeProblems } from '../repo-policy/evaluate-policy.ts'
import type { OperatorPolicy } from '../repo-policy/operator/operator-policy.ts'
import type { Resolution } from '../repo-policy/resolve-policy.ts'
import type { Asked } from '../triggers/direct-ask.ts'
import { evaluateAgent } from '../triggers/evaluate-agent.ts'
import { type FrozenFacts, freezeRequest } from '../triggers/freeze-request.ts'
import { habitOf } from '../triggers/habit-of.ts'
import type { Answers } from './create-answers.ts'
import type { BranchHead, OpenRepository } from './ports.ts'
import { readBase } from './read-base.ts'

export type Prepared =
  | { readonly ok: true; readonly request: JobRequest }
  | { readonly ok: false; readonly reason: Reason; readonly detail?: string }

export interface PrepareDeps extends Pick<OpenRepository, 'facts' | 'botLogin'> {
  readonly operatorPolicy: OperatorPolicy
  readonly quietly: Answers['quietly']
}

/** What is asked for, and by which agent. */
export type Wish = Pick<FrozenFacts, 'task' | 'agent' | 'notes' | 'askedIn' | 'model'>

/** All that is looked at before a request is frozen, in whatever way somebody who may asked for it. */
export async function prepareRequest(
  deps: PrepareDeps,
  asked: Asked,
  wish: Wish,
  resolution: Resolution,
  defaultHead: BranchHead,
): Promise<Prepared> {
  const { now } = deps.facts
  if (now.archived) return { ok: false, reason: 'repository-archived' }
  if (!resolution.ok) return { ok: false, reason: 'policy-invalid', detail: describeProblems(resolution.problems) }
  const { policy } = resolution
  const refused = evaluateAgent(wish, policy, deps.operatorPolicy.file.agents)
  if (refused !== null) return { ok: false, ...refused }
  const base = await readBase(asked, deps, defaultHead)
  if (!base.ok) return base

  // A habit is no matter of safety: without it the title is the task's own.
  const titles = await deps.quietly('titles', () => deps.facts.titlesBefore(base.instructionsSha))
  const { instructionsSha, continues } = base
  const request = freezeRequest(asked, {
    ...wish,
    ...{ base: base.base, instructionsSha, policy },
    ...(continues === undefined ? {} : { continues }),
    titles: habitOf(titles ?? []),
    private: now.private,
    defaultBranch: now.defaultBranch,
  })
  return { ok: true, request }
}
