import { type Isolation, isolationClasses } from '../../../worker/contract/index.ts'
import { strictest } from '../narrow.ts'
import { matchesName } from './match-name.ts'
import type { IsolationRule, OperatorFile, visibilities } from './operator-schema.ts'

/** What is known of a repository. Null: it could not be learnt, and could be anything. */
export interface RepositoryTraits {
  /** `OWNER/NAME`. */
  readonly fullName: string
  /** False for a copy on a machine, which is called what its folder is called. */
  readonly nameIsProven: boolean
  readonly visibility: (typeof visibilities)[number] | null
  readonly topics: readonly string[] | null
  readonly properties: Readonly<Record<string, string | readonly string[] | null>> | null
}

/**
 * The least isolation of a repository: the strictest of all rules that fit. A rule whose condition cannot be looked up
 * counts as one that fits, because what is not known may be the very thing that the rule is for.
 */
export function leastIsolation({ least, rules }: OperatorFile['isolation'], traits: RepositoryTraits): Isolation {
  const fitting = rules.filter((rule) => couldFit(rule, traits)).map((rule) => rule.least)
  return strictest(isolationClasses, [least, ...fitting]) ?? least
}

/** Needs more than the name to be answered. */
export function asksForTraits({ rules }: OperatorFile['isolation']): boolean {
  return rules.some((rule) => rule.visibility ?? rule.topic ?? rule.property)
}

function couldFit({ visibility, name, topic, property }: IsolationRule, traits: RepositoryTraits): boolean {
  return (
    (visibility === undefined || (traits.visibility ?? visibility) === visibility) &&
    (name === undefined || !traits.nameIsProven || matchesName(name, traits.fullName)) &&
    (topic === undefined || (traits.topics ?? [topic]).includes(topic)) &&
    Object.entries(property ?? {}).every(([key, value]) => couldHave(traits.properties, key, value))
  )
}

/** A property that the organisation does not know, or that has no value, is not this value. */
function couldHave(properties: RepositoryTraits['properties'], key: string, value: string): boolean {
  if (properties === null) return true
  const held = properties[key]
  return typeof held === 'string' ? held === value : (held?.includes(value) ?? false)
}
