import type { Finding } from '../contract/index.ts'
import { printable } from './change/printable.ts'

const longestPath = 1000
const longestMessage = 1000

/** A finding within the contract's bounds, its path made printable. */
export function createFinding(finding: Finding): Finding {
  return {
    ...finding,
    path: finding.path === null ? null : printable(finding.path, longestPath),
    message: finding.message.slice(0, longestMessage),
  }
}
