import type { Severity, UnreadPart } from '../contract/index.ts'
import type { Gate } from '../pipeline/ports/index.ts'
import { createFinding } from './create-finding.ts'

const severities: Readonly<Record<UnreadPart['kind'], Severity>> = {
  'too-large': 'hold',
  submodule: 'hold',
  'odd-name': 'block',
  'unsafe-tree': 'block',
  unreadable: 'hold',
}

/** Speaks for what the other gates were not shown: what was not read was not searched. */
export function createUnreadGate(parts: readonly UnreadPart[]): Gate {
  return {
    name: 'size',
    check: () =>
      parts.map(({ kind, path, why }) =>
        createFinding({
          gate: 'size',
          rule: `unread-${kind}`,
          severity: severities[kind],
          path,
          line: null,
          message: `${why} It was not searched. Leave it out, or have a person look at it.`,
        }),
      ),
  }
}
