import type { Policy } from '../../worker/contract/index.ts'
import { defaultPolicy } from './default-policy.ts'
import { evaluateLevels, type PolicyTexts, parseLevels } from './evaluate-policy.ts'
import type { RepositoryTraits } from './operator/least-isolation.ts'
import type { OperatorPolicy } from './operator/operator-policy.ts'
import type { ParsedPolicy } from './parse-policy.ts'
import { policyFileOf } from './policy-file-of.ts'
import { type PolicyLevels, type Resolution, resolvePolicy } from './resolve-policy.ts'

/** One value of the effective policy, in the words of airlock.yml. */
export interface ExplainedValue {
  /** With dots: `limits.minutes`. */
  readonly key: string
  readonly value: unknown
  /** The files that made it what it is, highest first; empty: it is the default. */
  readonly from: readonly ValueOrigin[]
}

export interface ValueOrigin {
  readonly file: string
  /** Of a profile where that is what says it; null where nothing in the file does in so many words: a maximum, a rule. */
  readonly line: number | null
}

export type Explanation =
  | { readonly ok: true; readonly policy: Policy; readonly values: readonly ExplainedValue[] }
  | Extract<Resolution, { ok: false }>

interface Stage {
  readonly origin: ParsedPolicy
  readonly values: ReadonlyMap<string, unknown>
}

/**
 * The effective policy with the origin of every value. Found by resolving again with one level after the other: what
 * changed with a level is that level's. So the rules of narrowing are in one place, and this cannot tell another story.
 */
export function explainPolicy(operator: OperatorPolicy, texts: PolicyTexts, traits: RepositoryTraits): Explanation {
  const parsed = parseLevels(texts)
  if (!parsed.ok) return parsed
  const effective = evaluateLevels(operator, parsed.levels, traits)
  if (!effective.ok) return effective
  const [organisation, repository] = parsed.levels
  const bounds: ParsedPolicy = { name: operator.name, file: {}, lineOf: () => null }
  const stages = [
    ...stagesOf({ operator: operator.level, organisation, repository }),
    { origin: bounds, values: valuesOf(effective.policy) },
  ]
  const initial = valuesOf(defaultPolicy)
  return {
    ok: true,
    policy: effective.policy,
    values: [...valuesOf(effective.policy)].map(([key, value]) => ({
      key,
      value,
      from: originsOf(key, initial, stages),
    })),
  }
}

/** What holds with the first level alone, with the first two, and so on. One that is wrong without those below is left out. */
function stagesOf({ operator, organisation, repository }: PolicyLevels): Stage[] {
  const none = { operator: null, organisation: null, repository: null }
  const steps: readonly (readonly [ParsedPolicy | null, PolicyLevels])[] = [
    [operator, { ...none, operator }],
    [organisation, { ...none, operator, organisation }],
    [repository, { operator, organisation, repository }],
  ]
  return steps.flatMap(([origin, levels]) => {
    const resolved = origin === null ? null : resolvePolicy(levels)
    return origin !== null && resolved?.ok === true ? [{ origin, values: valuesOf(resolved.policy) }] : []
  })
}

/** Of a single value the last who changed it; lists are added up and cut, so of a list everybody who did. */
function originsOf(key: string, initial: Stage['values'], stages: readonly Stage[]): ValueOrigin[] {
  const changing = stages.filter(({ values }, index) => {
    const before = index === 0 ? initial : stages[index - 1]?.values
    return JSON.stringify(values.get(key)) !== JSON.stringify(before?.get(key))
  })
  const isList = stages.some(({ values }) => Array.isArray(values.get(key)))
  const counted = isList ? changing : changing.slice(-1)
  return counted.map(({ origin }) => ({ file: origin.name, line: lineIn(origin, key.split('.')) }))
}

function lineIn({ file, lineOf }: ParsedPolicy, path: readonly string[]): number | null {
  const said = path.reduce<unknown>((value, name) => Reflect.get(Object(value), name), file)
  if (said !== undefined) return lineOf(path)
  return file.profile === undefined ? null : lineOf(['profile'])
}

function valuesOf(policy: Policy): Map<string, unknown> {
  return new Map(leaves(policyFileOf(policy), ''))
}

function leaves(value: object, prefix: string): [string, unknown][] {
  return Object.entries(value).flatMap(([name, below]: [string, unknown]): [string, unknown][] => {
    const isGroup = typeof below === 'object' && below !== null && !Array.isArray(below)
    return isGroup ? leaves(below, `${prefix}${name}.`) : [[`${prefix}${name}`, below]]
  })
}
