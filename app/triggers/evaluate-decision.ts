import type { HeldEntry, TriggerEvent } from '../../worker/contract/index.ts'
import { type Authority, evaluateAuthority, type LivePermission } from './evaluate-authority.ts'

export interface DecisionAsked {
  readonly verb: 'approve' | 'reject'
  /** At least seven digits of a digest, lower case; null: none was given. */
  readonly hash: string | null
}

export interface DecisionFacts {
  readonly sender: TriggerEvent['sender']
  readonly live: LivePermission | null
  readonly eventKey: string
  /** Everything that is or was held where the word was said. */
  readonly held: readonly HeldEntry[]
  /** Milliseconds since the epoch. */
  readonly now: number
}

export type DecisionVerdict =
  | { readonly kind: 'take'; readonly entry: HeldEntry }
  | { readonly kind: 'nothing-held' | 'wrong-hash' | 'ambiguous-hash' | 'hash-missing' }
  | { readonly kind: 'expired' | 'own-change' | 'approved-before' | 'rejected-before'; readonly entry: HeldEntry }
  | { readonly kind: 'not-allowed'; readonly authority: Extract<Authority, { allowed: false }> }

/**
 * Whether a person's word on a held change counts. A digest names exactly one change: one that was replaced since has
 * another, and an approval of the old one finds nothing.
 */
export function evaluateDecision(asked: DecisionAsked, facts: DecisionFacts): DecisionVerdict {
  const named = nameOne(asked, facts)
  if ('kind' in named) return named
  const { entry } = named
  const { sender, live, now, eventKey } = facts
  const authority = evaluateAuthority(sender, live, entry.approvals.permission)
  if (!authority.allowed) return { kind: 'not-allowed', authority }
  const { decision } = entry
  if (decision !== null && decision.eventKey !== eventKey) {
    return { kind: decision.verb === 'approve' ? 'approved-before' : 'rejected-before', entry }
  }
  if (decision === null && Date.parse(entry.until) <= now) return { kind: 'expired', entry }
  // Taking one's own back is always allowed.
  if (asked.verb === 'approve' && !entry.approvals.own && entry.requester.id === sender.id) {
    return { kind: 'own-change', entry }
  }
  return { kind: 'take', entry }
}

function nameOne({ verb, hash }: DecisionAsked, { held }: DecisionFacts): DecisionVerdict | { entry: HeldEntry } {
  if (held.length === 0) return { kind: 'nothing-held' }
  // An approval says what it approves; to reject the only one there is needs no name.
  const open = held.filter(({ decision }) => decision === null)
  const meant = hash === null ? (verb === 'reject' ? open : []) : held.filter(({ digest }) => digest.startsWith(hash))
  const [entry, ...more] = meant
  if (entry !== undefined && more.length === 0) return { entry }
  if (hash === null) return { kind: 'hash-missing' }
  return { kind: entry === undefined ? 'wrong-hash' : 'ambiguous-hash' }
}
