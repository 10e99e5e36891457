import { matchesName } from '../operator/match-name.ts'
import type { Condition, visibilities } from './condition-schema.ts'

/** What is known of a repository and of who asks. Null: it could not be learnt, and could be anything. */
export interface RepositoryTraits {
  /** `OWNER/NAME`. */
  readonly fullName: string
  /** False for a copy on a machine, which is called what its folder is called. */
  readonly nameIsProven: boolean
  readonly visibility: (typeof visibilities)[number] | null
  readonly topics: readonly string[] | null
  readonly properties: Readonly<Record<string, string | readonly string[] | null>> | null
  /** What its devcontainer.json names. Left out: nothing, or nobody asks for it. */
  readonly devcontainerImage?: string
  /** Left out: nobody in particular. */
  readonly asker?: Asker
}

/** In which of the teams that a policy names the one who asks is. */
export type Asker =
  | { readonly kind: 'known'; readonly teams: readonly string[] }
  | { readonly kind: 'unknown'; readonly why: string }
  /** It is not looked at yet: rules by team are left out, for what does not depend on them. */
  | { readonly kind: 'unasked' }

export type Fit = 'yes' | 'no' | 'unknown'

/** Whether all that a condition names is so. What is not known may be the very thing that a rule is for. */
export function fitsCondition({ visibility, name, topic, property, team }: Condition, traits: RepositoryTraits): Fit {
  const asked: Fit[] = [
    visibility === undefined ? 'yes' : known(traits.visibility, (value) => value === visibility),
    name === undefined ? 'yes' : known(traits.nameIsProven || null, () => matchesName(name, traits.fullName)),
    topic === undefined ? 'yes' : known(traits.topics, (topics) => topics.includes(topic)),
    ...Object.entries(property ?? {}).map(([key, value]) =>
      known(traits.properties, (properties) => hasValue(properties[key], value)),
    ),
    team === undefined ? 'yes' : fitsTeam(team, traits.asker),
  ]
  if (asked.includes('no')) return 'no'
  return asked.includes('unknown') ? 'unknown' : 'yes'
}

function known<T>(value: T | null, fits: (value: T) => boolean): Fit {
  if (value === null) return 'unknown'
  return fits(value) ? 'yes' : 'no'
}

function fitsTeam(team: string, asker: RepositoryTraits['asker']): Fit {
  return asker?.kind === 'known' ? known(asker.teams, (teams) => teams.includes(team)) : 'unknown'
}

/** A property that the organisation does not know, or that has no value, is not this value. */
function hasValue(held: string | readonly string[] | null | undefined, value: string): boolean {
  return typeof held === 'string' ? held === value : (held?.includes(value) ?? false)
}
