import { type AgentName, coversModel, type Policy, type Reason } from '../../worker/contract/index.ts'

export interface AgentWish {
  /** Null: the policy's. */
  readonly agent: AgentName | null
  /** Left out: the policy's. */
  readonly model?: string
}

export interface AgentRefusal {
  readonly reason: Extract<Reason, 'agent-unavailable' | 'model-unavailable'>
  readonly detail: string
}

/** Whether the agent and the model may be asked for. `allowed` are the operator's agents; unset: all. */
export function evaluateAgent(
  { agent, model }: AgentWish,
  policy: Policy,
  allowed: readonly AgentName[] | undefined,
): AgentRefusal | null {
  if ((agent ?? policy.agent) === 'command' && policy.command === undefined) {
    return { reason: 'agent-unavailable', detail: 'the policy names no command' }
  }
  if (agent !== null && allowed?.includes(agent) === false) {
    return { reason: 'agent-unavailable', detail: `the operator allows ${allowed.join(', ')}` }
  }
  const { agents, models } = policy
  if (agent !== null && agents?.includes(agent) === false) {
    return { reason: 'agent-unavailable', detail: `the policy allows ${agents.join(', ')}` }
  }
  if (model === undefined || models === undefined || coversModel(models, model)) return null
  return { reason: 'model-unavailable', detail: `the policy allows ${models.join(', ')}` }
}
