import type { GateFinding } from '../pipeline/ports/index.ts'
import { printable } from './change/printable.ts'

const longestPath = 1000
const longestMessage = 1000

/** A finding within the contract's bounds, its path made printable. */
export function createFinding(finding: GateFinding): GateFinding {
  return {
    ...finding,
    path: finding.path === null ? null : printable(finding.path, longestPath),
    message: finding.message.slice(0, longestMessage),
  }
}
