import type { FileChange, Severity } from '../../../worker/contract/index.ts'

/** A change that a rule must catch, and its benign twin, about which the whole gate must be quiet. */
export interface RuleCase {
  readonly rule: string
  readonly severity: Severity
  readonly what: string
  readonly fires: FileChange
  readonly quiet: FileChange
  /** Other paths of the base tree. */
  readonly basePaths?: readonly string[]
}
