import type { Policy, TriggerEvent } from '../../worker/contract/index.ts'
import { evaluatePolicy } from '../repo-policy/evaluate-policy.ts'
import type { OperatorPolicy } from '../repo-policy/operator/operator-policy.ts'
import type { Resolution } from '../repo-policy/resolve-policy.ts'
import {
  type Authority,
  evaluateAuthority,
  evaluateTeams,
  type LivePermission,
} from '../triggers/evaluate-authority.ts'
import { fallbackTriggers } from './fallback-triggers.ts'
import type { BranchHead, RepositoryFacts } from './ports.ts'
import { type PolicySources, readPolicySources, withAsker } from './read-policy.ts'

export interface AdmitDeps {
  readonly facts: RepositoryFacts
  /** What the operator allows, above everybody's policy. */
  readonly operatorPolicy: OperatorPolicy
}

interface Ground {
  readonly sources: PolicySources
  readonly resolution: Resolution
  /** Of a policy that is broken, the operator's. */
  readonly triggers: Policy['triggers']
  readonly defaultHead: BranchHead
}

/** What holds before it is known who asks: rules by team are left out. Nothing may be started with it. */
export type Listening = Ground

type Sender = TriggerEvent['sender']
const isAdmitted = Symbol('admitted')

/** A person who may ask, and what holds for them. Only `admit` makes one, and no request is frozen without. */
export interface Admitted extends Ground {
  readonly [isAdmitted]: true
  readonly sender: Sender
  readonly live: LivePermission | null
}

export type Admission =
  | { readonly allowed: true; readonly asker: Admitted }
  | (Extract<Authority, { allowed: false }> & { readonly live: LivePermission | null })

export async function listen({ facts, operatorPolicy }: AdmitDeps): Promise<Listening> {
  const defaultHead = await facts.headOf(facts.now.defaultBranch)
  const read = await readPolicySources(facts, operatorPolicy, defaultHead)
  const sources = { ...read, traits: { ...read.traits, asker: { kind: 'unasked' } as const } }
  return { ...resolved(operatorPolicy, sources), sources, defaultHead }
}

/**
 * Whether a person may ask, in whatever way they do: by their live permission and their teams, under the policy as it is
 * for them. An id that is null is of whoever has the login now.
 */
export async function admit(
  { facts, operatorPolicy }: AdmitDeps,
  { sources: read, triggers: heard, defaultHead }: Listening,
  { id, login, type }: Omit<Sender, 'id'> & { readonly id: number | null },
): Promise<Admission> {
  const live = await facts.permissionOf(login)
  const sender = { id: id ?? live?.userId ?? 0, login, type }
  const outsider = evaluateAuthority(sender, live, heard.permission)
  if (!outsider.allowed) return { ...outsider, live }
  // Only now: a stranger's word is not worth the requests.
  const sources = await withAsker(withoutAsker(read), facts, operatorPolicy, login)
  const ground = { ...resolved(operatorPolicy, sources), sources, defaultHead }
  const { permission, teams } = ground.triggers
  const authority = evaluateAuthority(sender, live, permission)
  if (!authority.allowed) return { ...authority, live }
  const inTeam = evaluateTeams(teams, sources.traits.asker)
  if (!inTeam.allowed) return { ...inTeam, live }
  return { allowed: true, asker: { ...ground, [isAdmitted]: true, sender, live } }
}

function withoutAsker({ texts, traits: { asker: _, ...traits } }: PolicySources): PolicySources {
  return { texts, traits }
}

function resolved(operatorPolicy: OperatorPolicy, { texts, traits }: PolicySources) {
  const resolution = evaluatePolicy(operatorPolicy, texts, traits)
  return {
    resolution,
    triggers: resolution.ok ? resolution.policy.triggers : fallbackTriggers(operatorPolicy.level),
  }
}
