import type { Policy, TriggerEvent } from '../../worker/contract/index.ts'
import { type DecisionReply, decisionComment } from '../replies/decision-comment.ts'
import { helpComment, labelOnPullComment, unknownAgentComment, unknownCommandComment } from '../replies/help-comment.ts'
import { noBookComment } from '../replies/thread-comment.ts'
import type { OperatorPolicy } from '../repo-policy/operator/operator-policy.ts'
import type { Ask } from '../triggers/read-ask.ts'
import { answerThread } from './answer-thread.ts'
import { answerWhy } from './answer-why.ts'
import { type DecideDeps, type Decider, decide } from './decide.ts'
import type { BranchHead, ThreadBook } from './ports.ts'
import type { PolicySources } from './read-policy.ts'

/** What is asked for is an answer, and no job. */
export type Question = Exclude<
  Ask,
  { kind: 'none' | 'run' | 'run-comments' | 'retry' | 'rebase' | 'continue' | 'changes-requested' }
>
export type AnsweredAs = Exclude<Question['kind'], 'decision' | 'unclear-decision'> | DecisionReply['kind']

export interface AskDeps extends Omit<DecideDeps, 'held'> {
  /** Null: no change is kept. */
  readonly held: DecideDeps['held'] | null
  /** Null: nobody keeps a list of jobs. */
  readonly threads: ThreadBook | null
  readonly operatorPolicy: OperatorPolicy
}

/** What is known of the repository and of who asks. */
export interface AskFacts extends Decider {
  readonly triggers: Policy['triggers']
  readonly sources: PolicySources
  readonly defaultHead: BranchHead
  readonly jobId: string
}

/** Does what the word asks for, and says what became of it. */
export async function answerAsk(
  deps: AskDeps,
  event: TriggerEvent,
  ask: Question,
  { triggers, sources, defaultHead, jobId, ...decider }: AskFacts,
): Promise<{ readonly as: AnsweredAs; readonly text: string }> {
  const isAlone = deps.threads === null
  switch (ask.kind) {
    case 'decision':
    case 'unclear-decision': {
      const { held } = deps
      if (held === null) return { as: 'nothing-held', text: noBookComment(jobId, triggers, ask.verb) }
      const reply: DecisionReply =
        ask.kind === 'decision' ? await decide({ ...deps, held }, event, ask, decider) : { kind: 'unclear' }
      return { as: reply.kind, text: decisionComment(jobId, triggers.command, reply) }
    }
    case 'status':
    case 'cancel': {
      const { threads } = deps
      if (threads === null) return { as: ask.kind, text: noBookComment(jobId, triggers, ask.kind) }
      return { as: ask.kind, text: await answerThread(threads, event, ask.kind, { jobId, triggers, now: deps.now() }) }
    }
    case 'why':
      return { as: ask.kind, text: answerWhy(deps.operatorPolicy, sources, defaultHead, jobId) }
    case 'help':
      return { as: ask.kind, text: helpComment(jobId, { triggers, isAlone }) }
    case 'unknown-command':
      return { as: ask.kind, text: unknownCommandComment(jobId, { triggers, isAlone }, ask) }
    case 'unknown-agent':
      return { as: ask.kind, text: unknownAgentComment(jobId, { triggers, isAlone }, ask.name) }
    case 'label-on-pull':
      return { as: ask.kind, text: labelOnPullComment(jobId, triggers) }
  }
}
