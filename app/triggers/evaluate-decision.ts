import type { HeldEntry, TriggerEvent } from '../../worker/contract/index.ts'
import type { Asker } from '../repo-policy/rules/fits-condition.ts'
import { type Authority, evaluateAuthority, evaluateTeams, type LivePermission } from './evaluate-authority.ts'

export interface DecisionAsked {
  readonly verb: 'approve' | 'reject'
  /** At least seven digits of a digest, lower case; null: none was given. */
  readonly hash: string | null
}

export interface DecisionFacts {
  readonly sender: TriggerEvent['sender']
  readonly live: LivePermission | null
  /** In which of the teams that are asked for the sender is. */
  readonly asker?: Asker | undefined
  readonly eventKey: string
  /** Everything that is or was held where the word was said. */
  readonly held: readonly HeldEntry[]
}

export type DecisionVerdict =
  /** It counts, if it is the first: whoever keeps the change says so. */
  | { readonly kind: 'take'; readonly entry: HeldEntry }
  | { readonly kind: 'nothing-held' | 'wrong-hash' | 'ambiguous-hash' | 'hash-missing' }
  | { readonly kind: 'own-change'; readonly entry: HeldEntry }
  | {
      readonly kind: 'not-allowed'
      readonly entry: HeldEntry
      readonly authority: Extract<Authority, { allowed: false }>
    }

/**
 * Whether a person's word on a held change counts. A digest names exactly one change: one that was replaced since has
 * another, and an approval of the old one finds nothing.
 */
export function evaluateDecision(asked: DecisionAsked, facts: DecisionFacts): DecisionVerdict {
  const named = nameOne(asked, facts)
  if ('kind' in named) return named
  const { entry } = named
  const { sender, live, asker } = facts
  const authority = evaluateAuthority(sender, live, entry.approvals.permission)
  if (!authority.allowed) return { kind: 'not-allowed', entry, authority }
  const inTeam = evaluateTeams(entry.approvals.teams, asker)
  if (!inTeam.allowed) return { kind: 'not-allowed', entry, authority: inTeam }
  // Taking one's own back is always allowed.
  if (asked.verb === 'approve' && !entry.approvals.own && entry.requester.id === sender.id) {
    return { kind: 'own-change', entry }
  }
  return { kind: 'take', entry }
}

function nameOne({ verb, hash }: DecisionAsked, facts: DecisionFacts): DecisionVerdict | { entry: HeldEntry } {
  // The same word, when it is looked at again after a crash, names what it named.
  const open = facts.held.filter(({ decision }) => decision === null || decision.eventKey === facts.eventKey)
  if ((hash === null ? open : facts.held).length === 0) return { kind: 'nothing-held' }
  // An approval says what it approves; to reject the only one there is needs no name.
  const unnamed = verb === 'reject' ? open : []
  const meant = hash === null ? unnamed : facts.held.filter(({ digest }) => digest.startsWith(hash))
  const [entry, ...more] = meant
  if (entry !== undefined && more.length === 0) return { entry }
  if (hash === null) return { kind: 'hash-missing' }
  return { kind: entry === undefined ? 'wrong-hash' : 'ambiguous-hash' }
}
