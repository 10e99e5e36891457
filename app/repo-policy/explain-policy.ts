import { type Policy, type PolicyLevel, type PolicyOrigin, policyLevels } from '../../worker/contract/index.ts'
import { defaultPolicy } from './default-policy.ts'
import { evaluateLevels, type FileLevels, fitLevels, type PolicyTexts, parseLevels } from './evaluate-policy.ts'
import { lineOfBound } from './operator/line-of-bound.ts'
import type { OperatorPolicy } from './operator/operator-policy.ts'
import type { ParsedPolicy } from './parse-policy.ts'
import { type PolicyLevels, type Resolution, resolvePolicy } from './resolve-policy.ts'
import { withRules } from './rules/fit-rules.ts'
import type { RepositoryTraits } from './rules/fits-condition.ts'
import { valuesOf } from './values-of.ts'

/** One value of the effective policy, in the words of airlock.yml. */
export interface ExplainedValue {
  /** With dots: `limits.minutes`. */
  readonly key: string
  readonly value: unknown
  /** The files that made it what it is, highest first; empty: it is the default. */
  readonly from: readonly ValueOrigin[]
}

export interface ValueOrigin {
  readonly level: PolicyLevel
  readonly file: string
  /** Of a profile or rule where that is what says it; null where nothing in the file does in so many words. */
  readonly line: number | null
}

export type Explanation =
  | { readonly ok: true; readonly policy: Policy; readonly values: readonly ExplainedValue[] }
  | Extract<Resolution, { ok: false }>

interface Stage {
  readonly level: PolicyLevel
  readonly file: string
  readonly values: ReadonlyMap<string, unknown>
  lineOf(key: string): number | null
}

/**
 * The effective policy with the origin of every value. Found by resolving again with one level after the other: what
 * changed with a level is that level's. So the rules of narrowing are in one place, and this cannot tell another story.
 */
export function explainPolicy(operator: OperatorPolicy, texts: PolicyTexts, traits: RepositoryTraits): Explanation {
  const parsed = parseLevels(texts)
  return parsed.ok ? explainLevels(operator, parsed.levels, traits) : parsed
}

/** The same of files that were read already. */
export function explainLevels(operator: OperatorPolicy, files: FileLevels, traits: RepositoryTraits): Explanation {
  const effective = evaluateLevels(operator, files, traits)
  const fitted = fitLevels(operator, files, traits)
  if (!effective.ok) return effective
  if (!fitted.ok) return fitted
  const bounded = valuesOf(effective.policy)
  const bounds: Stage = {
    ...{ level: 'operator', file: operator.name, values: bounded },
    lineOf: (key) => lineOfBound(operator, key, bounded.get(key), traits),
  }
  const stages = [...stagesOf(fitted.levels), bounds]
  const initial = valuesOf(defaultPolicy)
  return {
    ok: true,
    policy: effective.policy,
    values: [...valuesOf(effective.policy)].map(([key, value]) => ({
      key,
      value,
      from: originsOfKey(key, initial, stages),
    })),
  }
}

/** For a job's record: where each value is from that is not the default. */
export function originsOf(explanation: Explanation): PolicyOrigin[] {
  if (!explanation.ok) return []
  const set = explanation.values.filter(({ from }) => from.length > 0)
  return set.map(({ key, from }) => ({ key, from: from.map(({ level, file, line }) => ({ level, file, line })) }))
}

/**
 * What holds with the first level alone, with one of its rules, and so on down to the last. What is wrong without those
 * below is left out.
 */
function stagesOf(levels: PolicyLevels): Stage[] {
  const stages: Stage[] = []
  let added: PolicyLevels = { operator: null, organisation: null, repository: null }
  for (const level of policyLevels) {
    const whole = levels[level]
    if (whole === null) continue
    for (const [index, origin] of withRules(whole).entries()) {
      added = { ...added, [level]: { ...whole, fitted: withRules(whole).slice(1, index + 1) } }
      const resolved = resolvePolicy(added)
      if (!resolved.ok) continue
      const lineOf = (key: string) => lineIn(origin, key.split('.'))
      stages.push({ level, file: origin.name, values: valuesOf(resolved.policy), lineOf })
    }
  }
  return stages
}

/** Of a single value the last who changed it; lists are added up and cut, so of a list everybody who did. */
function originsOfKey(key: string, initial: Stage['values'], stages: readonly Stage[]): ValueOrigin[] {
  const changing = stages.filter(({ values }, index) => {
    const before = index === 0 ? initial : stages[index - 1]?.values
    return JSON.stringify(values.get(key)) !== JSON.stringify(before?.get(key))
  })
  const isList = stages.some(({ values }) => Array.isArray(values.get(key)))
  const counted = isList ? changing : changing.slice(-1)
  return counted.map(({ level, file, lineOf }) => ({ level, file, line: lineOf(key) }))
}

function lineIn({ file, lineOf }: ParsedPolicy, path: readonly string[]): number | null {
  const said = path.reduce<unknown>((value, name) => Reflect.get(Object(value), name), file)
  if (said !== undefined) return lineOf(path)
  return file.profile === undefined ? null : lineOf(['profile'])
}
