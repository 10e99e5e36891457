import type { NetworkEntry, Policy } from '../../worker/contract/index.ts'

/**
 * What holds of a policy where a fork's code runs: no setup secret, no credential that a broker adds, and CI, which has
 * secrets of its own and would run on our branch with that code, is asked to stay away.
 */
export function policyForFork(policy: Policy): Policy {
  const { setup, network, handoff } = policy
  return {
    ...policy,
    setup: {
      ...setup,
      secrets: [],
      ...(setup.network === undefined ? {} : { network: withoutSecrets(setup.network) }),
    },
    network: withoutSecrets(network),
    handoff: { ...handoff, ci: 'skip' },
  }
}

function withoutSecrets(entries: readonly NetworkEntry[]): NetworkEntry[] {
  return entries.map((entry) => {
    if (typeof entry === 'string') return entry
    const { credential: _, ...rule } = entry
    return rule
  })
}
