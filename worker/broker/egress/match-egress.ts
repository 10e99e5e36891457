import { getDomain } from 'tldts'
import type { EgressRule } from './parse-egress.ts'
import type { Authority } from './parse-host.ts'

export type EgressMatch =
  | {
      readonly allowed: true
      /** All that are for this host and port; what they say of requests is looked at later. */
      readonly rules: readonly EgressRule[]
      /** One of them is the operator's own: the host may resolve to any address. */
      readonly anywhere: boolean
    }
  | { readonly allowed: false; readonly why: string }

/** Decides by name and port alone; no list, or nothing on it, is a no. What the name resolves to is looked at later. */
export function matchEgress(rules: readonly EgressRule[], target: Authority): EgressMatch {
  const sameHost = rules.filter((rule) => covers(rule, target))
  const matching = sameHost.filter((rule) => rule.ports.includes(target.port))
  // The operator's own first: it is the one that people read of.
  const found = matching.toSorted((one, other) => Number(other.anywhere) - Number(one.anywhere))
  if (found[0] !== undefined) return { allowed: true, rules: found, anywhere: found[0].anywhere }
  return { allowed: false, why: whyNot(rules, sameHost, target) }
}

function covers(rule: EgressRule, target: Authority): boolean {
  if (!rule.below) return rule.host === target.name
  // A domain and no address: what it resolves to is checked to be public, as for every rule.
  if (rule.host === '') return !target.isAddress && registrable(target.name) !== null
  // A wildcard stops at a public suffix: *.amazonaws.com is no leave for anybody's bucket below s3.amazonaws.com.
  return target.name.endsWith(`.${rule.host}`) && registrable(target.name) === registrable(rule.host)
}

function registrable(name: string): string | null {
  return getDomain(name, { allowPrivateDomains: true })
}

function whyNot(rules: readonly EgressRule[], sameHost: readonly EgressRule[], target: Authority): string {
  if (rules.length === 0) return 'this phase has no network: its list of hosts is empty'
  if (sameHost.length > 0) {
    const ports = [...new Set(sameHost.flatMap((rule) => rule.ports))].join(' and ')
    return `${target.name} is on the list for port ${ports} only, not for ${target.port}`
  }
  if (target.isAddress) return 'it is a bare address; only hosts on the list can be reached, by their names'
  return `${target.name} is not on this phase's list of hosts`
}
