import { type Isolation, isolationClasses } from '../../../worker/contract/index.ts'
import { strictest } from '../narrow.ts'
import { fitsCondition, type RepositoryTraits } from '../rules/fits-condition.ts'
import type { OperatorFile } from './operator-schema.ts'

/**
 * The least isolation of a repository: the strictest of all rules that fit. A rule whose condition cannot be looked up
 * counts as one that fits, because what is not known may be the very thing that the rule is for.
 */
export function leastIsolation({ least, rules }: OperatorFile['isolation'], traits: RepositoryTraits): Isolation {
  const fitting = rules.filter((rule) => fitsCondition(rule, traits) !== 'no').map((rule) => rule.least)
  return strictest(isolationClasses, [least, ...fitting]) ?? least
}
