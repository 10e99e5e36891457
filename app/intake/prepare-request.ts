import type { JobRequest, Reason } from '../../worker/contract/index.ts'
import { describeProblems } from '../repo-policy/evaluate-policy.ts'
import { explainPolicy, originsOf } from '../repo-policy/explain-policy.ts'
import type { OperatorPolicy } from '../repo-policy/operator/operator-policy.ts'
import type { Asked } from '../triggers/direct-ask.ts'
import { evaluateAgent } from '../triggers/evaluate-agent.ts'
import { type FrozenFacts, freezeRequest } from '../triggers/freeze-request.ts'
import { habitOf } from '../triggers/habit-of.ts'
import type { Admitted } from './admit.ts'
import type { Answers } from './create-answers.ts'
import type { OpenRepository } from './ports.ts'
import { readBase } from './read-base.ts'

export type Prepared =
  | { readonly ok: true; readonly request: JobRequest }
  | { readonly ok: false; readonly reason: Reason; readonly detail?: string }

export interface PrepareDeps extends Pick<OpenRepository, 'facts' | 'botLogin'> {
  readonly operatorPolicy: OperatorPolicy
  readonly quietly: Answers['quietly']
}

/** What is asked for, and by which agent. */
export type Wish = Pick<FrozenFacts, 'task' | 'agent' | 'notes' | 'askedIn' | 'model' | 'merges' | 'earlier'>

/** All that is looked at before a request is frozen, in whatever way somebody who may asked for it. */
export async function prepareRequest(
  deps: PrepareDeps,
  asked: Asked,
  wish: Wish,
  { sender, resolution, sources, defaultHead }: Admitted,
): Promise<Prepared> {
  const { facts, operatorPolicy } = deps
  if (facts.now.archived) return { ok: false, reason: 'repository-archived' }
  if (!resolution.ok) return { ok: false, reason: 'policy-invalid', detail: describeProblems(resolution.problems) }
  const { policy } = resolution
  const refused = evaluateAgent(wish, policy, operatorPolicy.file.agents)
  if (refused !== null) return { ok: false, ...refused }
  const base = await readBase(asked, deps, defaultHead)
  if (!base.ok) return base

  // A habit is no matter of safety: without it the title is the task's own.
  const titles = await deps.quietly('titles', () => facts.titlesBefore(base.instructionsSha))
  const { instructionsSha, continues, fork } = base
  const { task, agent, notes, askedIn, model, merges, earlier } = wish
  // In the name of whoever was let in, and of nobody else.
  const request = freezeRequest(
    { ...asked, sender },
    {
      ...{ task, agent },
      ...(notes === undefined ? {} : { notes }),
      ...(askedIn === undefined ? {} : { askedIn }),
      ...(model === undefined ? {} : { model }),
      ...(merges === undefined ? {} : { merges }),
      ...(earlier === undefined ? {} : { earlier }),
      ...{ base: base.base, instructionsSha, policy },
      ...(fork === undefined ? {} : { fork }),
      ...(continues === undefined ? {} : { continues }),
      titles: habitOf(titles ?? []),
      policyOrigins: originsOf(explainPolicy(operatorPolicy, sources.texts, sources.traits)),
      private: facts.now.private,
      defaultBranch: facts.now.defaultBranch,
    },
  )
  return { ok: true, request }
}
