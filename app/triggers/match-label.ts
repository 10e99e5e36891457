import { type AgentName, agentNameSchema } from '../../worker/contract/index.ts'

export type LabelMatch =
  | { readonly kind: 'none' }
  | { readonly kind: 'run'; readonly agent: AgentName | null }
  | { readonly kind: 'unknown-agent'; readonly name: string }

/** `airlock`, or `airlock:AGENT`. Unit by unit: another case or a look-alike letter is another label. */
export function matchLabel(name: string, label: string): LabelMatch {
  if (name === label) return { kind: 'run', agent: null }
  if (!name.startsWith(`${label}:`)) return { kind: 'none' }
  const wanted = name.slice(label.length + 1)
  const agent = agentNameSchema.safeParse(wanted)
  return agent.success ? { kind: 'run', agent: agent.data } : { kind: 'unknown-agent', name: wanted }
}
