import type { Phase } from '../contract/index.ts'
import type { BrokerDecision } from '../pipeline/ports/broker.ts'

export interface DecisionLog {
  /** When it was asked, so that the record can be matched with the command that asked. */
  now(): number
  add(decision: Omit<BrokerDecision, 'phase'>): void
  /** True when the session has used up its decisions: nothing more is let through. */
  full(): boolean
  list(): readonly BrokerDecision[]
}

const maxHostLength = 253
const maxReasonLength = 500

/** Keeps what was decided, bounded. The last entry says that the door was shut. */
export function createDecisionLog(
  phase: Phase,
  maxDecisions: number,
  clock: () => number,
  onDecision: (decision: BrokerDecision) => void,
): DecisionLog {
  const decisions: BrokerDecision[] = []
  const keep = (decision: BrokerDecision) => {
    decisions.push(decision)
    onDecision(decision)
  }
  return {
    now: clock,
    add(decision) {
      if (decisions.length >= maxDecisions) return
      const last = decisions.length === maxDecisions - 1
      const reason = last ? `the session made ${maxDecisions} requests; nothing more is let through` : decision.reason
      keep({
        ...decision,
        phase,
        allowed: decision.allowed && !last,
        host: printable(decision.host, maxHostLength),
        reason: printable(reason, maxReasonLength),
      })
    },
    full: () => decisions.length >= maxDecisions - 1,
    list: () => decisions,
  }
}

/** Makes a stranger's text safe for a log: no control characters, no ANSI, bounded. */
function printable(text: string, maxLength: number): string {
  const bounded = text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text
  return bounded.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)
}
