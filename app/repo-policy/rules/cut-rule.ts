import { coversModel } from '../../../worker/contract/index.ts'
import { coversNetwork } from '../network-rule.ts'
import type { PolicyFile } from '../policy-schema.ts'

/**
 * A rule's lists, cut to what another rule of the same file leaves: where two rules fit, what both allow is allowed. A
 * list that would be empty, where none may be, is left as it is and found to be wider.
 */
export function cutRule(rule: PolicyFile, above: PolicyFile): PolicyFile {
  const { agents, models, network, setup, triggers, approvals, gates } = rule
  const allowed = 'allow-licenses'
  const licenses = gates?.licenses && {
    ...gates.licenses,
    [allowed]: meet(above.gates?.licenses?.[allowed], gates.licenses[allowed], equal),
  }
  return {
    ...rule,
    agents: unlessEmpty(meet(above.agents, agents, equal)) ?? agents,
    models: unlessEmpty(meet(above.models, models, (one, other) => coversModel([one], other))) ?? models,
    network: meet(above.network, network, coversNetwork),
    setup: setup && {
      ...setup,
      secrets: meet(above.setup?.secrets, setup.secrets, equal),
      network: meet(above.setup?.network, setup.network, coversNetwork),
    },
    gates: gates && { ...gates, licenses },
    triggers: triggers && { ...triggers, teams: meet(above.triggers?.teams, triggers.teams, equal) },
    approvals: approvals && { ...approvals, teams: meet(above.approvals?.teams, approvals.teams, equal) },
  }
}

function equal(one: string, other: string): boolean {
  return one === other
}

/** Of each pair the narrower one. */
function meet<T>(
  above: readonly T[] | undefined,
  rule: T[] | undefined,
  covers: (allowed: T, asked: T) => boolean,
): T[] | undefined {
  if (above === undefined || rule === undefined) return rule
  const kept = rule.filter((entry) => above.some((allowed) => covers(allowed, entry)))
  const narrower = above.filter(
    (entry) => !kept.some((one) => covers(one, entry)) && rule.some((wider) => covers(wider, entry)),
  )
  return [...kept, ...narrower]
}

function unlessEmpty<T>(list: T[] | undefined): T[] | undefined {
  return list?.length === 0 ? undefined : list
}
