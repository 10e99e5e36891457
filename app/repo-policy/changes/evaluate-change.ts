/**
 * What a change to a policy file would do: the effective policy before against after. Pure; what is read here comes from
 * the head of anybody's pull request, and is parsed within the bounds of every policy.
 */
import {
  evaluatePolicy,
  organisationPolicyName,
  type PolicyText,
  type PolicyTexts,
  parseLevel,
  policyPath,
} from '../evaluate-policy.ts'
import type { OperatorPolicy } from '../operator/operator-policy.ts'
import type { ParsedPolicy, PolicyProblem } from '../parse-policy.ts'
import type { PolicyRule } from '../policy-schema.ts'
import { type Resolution, resolvePolicy } from '../resolve-policy.ts'
import { fitRulesIf } from '../rules/fit-rules.ts'
import type { RepositoryTraits } from '../rules/fits-condition.ts'
import { type ChangedValue, comparePolicies } from './compare-policies.ts'

/** For whom the values change. */
export interface ChangedCase {
  /** Null: for all that the file is for. */
  readonly condition: Pick<PolicyRule, 'when' | 'unless'> | null
  readonly values: readonly (ChangedValue & { readonly line: number | null })[]
}

export interface PolicyChange {
  /** What is wrong with it afterwards: no job would start. */
  readonly problems: readonly PolicyProblem[]
  /** No job starts before it either, so there is nothing to compare with. */
  readonly wasBroken: boolean
  readonly cases: readonly ChangedCase[]
}

export interface RepositoryChange {
  readonly operator: OperatorPolicy
  readonly organisation: PolicyText
  readonly before: PolicyText
  readonly after: PolicyText
  readonly traits: RepositoryTraits
}

/** Of a repository's own file. */
export function evaluateRepositoryChange(change: RepositoryChange): PolicyChange {
  const { operator, organisation, traits } = change
  const evaluate = (repository: PolicyText) => {
    const texts: PolicyTexts = { organisation, repository }
    return evaluatePolicy(operator, texts, traits)
  }
  const [before, after] = [evaluate(change.before), evaluate(change.after)]
  const { policy } = parseLevel(change.after, policyPath)
  return compare(before, [{ condition: null, before, after, file: policy }])
}

/** Of an organisation's file: for all of its repositories, and once more for each condition that has rules. */
export function evaluateOrganisationChange(
  operator: OperatorPolicy,
  texts: { readonly before: PolicyText; readonly after: PolicyText },
): PolicyChange {
  const old = parseLevel(texts.before, organisationPolicyName)
  const now = parseLevel(texts.after, organisationPolicyName)
  if (now.problems.length > 0) return { problems: now.problems, wasBroken: old.problems.length > 0, cases: [] }
  const resolve = (organisation: ParsedPolicy | null, condition: string | null): Resolution =>
    resolvePolicy({
      operator: operator.level,
      organisation: organisation && fitRulesIf(organisation, (rule) => conditionOf(rule) === condition),
      repository: null,
    })
  const conditions = new Map(
    [old.policy, now.policy].flatMap((level) =>
      (level?.file.rules ?? []).map(({ when, unless }): [string, PolicyRule] => [
        conditionOf({ when, unless }),
        { when, unless },
      ]),
    ),
  )
  const before: Resolution = old.problems.length > 0 ? { ok: false, problems: old.problems } : resolve(old.policy, null)
  return compare(before, [
    { condition: null, before, after: resolve(now.policy, null), file: now.policy },
    ...[...conditions].map(([key, condition]) => ({
      condition,
      before: before.ok ? resolve(old.policy, key) : before,
      after: resolve(now.policy, key),
      file: now.policy && lastRule(fitRulesIf(now.policy, (rule) => conditionOf(rule) === key)),
    })),
  ])
}

interface Case {
  readonly condition: ChangedCase['condition']
  readonly before: Resolution
  readonly after: Resolution
  /** Where lines are looked up. */
  readonly file: ParsedPolicy | null
}

function compare(before: Resolution, cases: readonly Case[]): PolicyChange {
  const problems = cases.flatMap(({ after }) => (after.ok ? [] : after.problems))
  const unique = [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()]
  const all = cases.flatMap((one) => {
    if (!one.before.ok || !one.after.ok) return []
    const values = comparePolicies(one.before.policy, one.after.policy)
    return [
      { condition: one.condition, values: values.map((value) => ({ ...value, line: lineOf(one.file, value.key) })) },
    ]
  })
  // What changes for everybody is not told again for each condition.
  const [everybody] = all
  const known = new Set(everybody?.values.map((value) => sameness(value)))
  const told = all.map((one) =>
    one === everybody ? one : { ...one, values: one.values.filter((value) => !known.has(sameness(value))) },
  )
  return { problems: unique, wasBroken: !before.ok, cases: told.filter(({ values }) => values.length > 0) }
}

function sameness({ key, before, after }: ChangedValue): string {
  return JSON.stringify([key, before, after])
}

function conditionOf({ when, unless }: Pick<PolicyRule, 'when' | 'unless'>): string {
  return JSON.stringify([when ?? null, unless ?? null])
}

function lastRule(level: ParsedPolicy): ParsedPolicy {
  return level.fitted?.at(-1) ?? level
}

/** Null where the file does not say it. */
function lineOf(level: ParsedPolicy | null, key: string): number | null {
  const path = key.split('.')
  const said = path.reduce<unknown>((value, name) => Reflect.get(Object(value), name), level?.file)
  return said === undefined || level === null ? null : level.lineOf(path)
}
