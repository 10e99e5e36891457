import type { Severity } from '../../../../worker/contract/index.ts'
import { changed } from '../../gate-input.ts'
import type { RuleCase } from '../rule-case.ts'

/** What a file was, what an attacker makes of it, and the change that this could pass for. */
export function beside(
  rule: string,
  what: string,
  path: string,
  [before, attack, harmless]: readonly [string, string, string],
  severity: Severity = 'hold',
): RuleCase {
  return { rule, severity, what, fires: changed(path, before, attack), quiet: changed(path, before, harmless) }
}
