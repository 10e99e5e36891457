/**
 * Rules of an airlock.yml: narrower words for some repositories, and for some people by their team. A rule that fits is
 * a level of its own below the file that has it, so everything that bounds levels bounds it too. Imports the contract
 * and what repo-policy knows of lists.
 */
import { findWidened } from '../find-widened.ts'
import type { ParsedPolicy, PolicyProblem } from '../parse-policy.ts'
import type { PolicyRule } from '../policy-schema.ts'
import { cutRule } from './cut-rule.ts'
import { fitsCondition, type RepositoryTraits } from './fits-condition.ts'

/** The file with those of its rules that hold here. */
export function fitRules(level: ParsedPolicy, traits: RepositoryTraits): ParsedPolicy {
  return fitRulesIf(level, (rule) => holds(rule, traits))
}

/** The file with those of its rules that are chosen. */
export function fitRulesIf(level: ParsedPolicy, isChosen: (rule: PolicyRule) => boolean): ParsedPolicy {
  const fitting = rulesOf(level).filter(({ rule }) => isChosen(rule))
  const fitted: ParsedPolicy[] = []
  for (const { parsed } of fitting) {
    fitted.push({ ...parsed, file: fitted.reduce((file, above) => cutRule(file, above.file), parsed.file) })
  }
  return fitted.length === 0 ? level : { ...level, fitted: [...fitted, ...(level.fitted ?? [])] }
}

/** A file and its rules that hold, as levels. */
export function withRules(level: ParsedPolicy): readonly ParsedPolicy[] {
  return [level, ...(level.fitted ?? [])]
}

/** What a rule asks for beyond the file that has it, also where the rule does not hold: it never could. */
export function findWideningRules(level: ParsedPolicy): PolicyProblem[] {
  return rulesOf(level).flatMap(({ parsed }) => findWidened([level, parsed]))
}

/** Rules by team, where nobody can say in which teams the one who asks is: no job under a policy that is half known. */
export function findUnknownTeams(level: ParsedPolicy, { asker }: RepositoryTraits): PolicyProblem[] {
  if (asker?.kind !== 'unknown') return []
  return rulesOf(level).flatMap(({ rule, parsed }) => {
    const side = rule.when?.team === undefined ? 'unless' : 'when'
    if (rule[side]?.team === undefined) return []
    const path = `${parsed.pathPrefix ?? ''}${side}.team`
    return [{ file: level.name, path, line: parsed.lineOf([side, 'team']), message: asker.why }]
  })
}

/** Whether the rules of a file ask for more of a repository than its name. */
export function rulesAskForTraits(level: ParsedPolicy): boolean {
  return rulesOf(level).some(({ rule }) =>
    [rule.when, rule.unless].some((condition) => condition?.visibility ?? condition?.topic ?? condition?.property),
  )
}

/** Teams that the rules of a file ask for. */
export function teamsOfRules(level: ParsedPolicy): string[] {
  return rulesOf(level).flatMap(({ rule }) => [rule.when?.team, rule.unless?.team].filter((team) => team !== undefined))
}

function rulesOf(level: ParsedPolicy): { readonly rule: PolicyRule; readonly parsed: ParsedPolicy }[] {
  return (level.file.rules ?? []).map((rule, index) => {
    const { when: _when, unless: _unless, ...file } = rule
    const lineOf: ParsedPolicy['lineOf'] = (path) => level.lineOf(['rules', index, ...path])
    return { rule, parsed: { name: level.name, file, lineOf, pathPrefix: `rules[${index}].` } }
  })
}

function holds({ when, unless }: PolicyRule, traits: RepositoryTraits): boolean {
  const byTeam = when?.team ?? unless?.team
  if (traits.asker?.kind === 'unasked' && byTeam !== undefined) return false
  if (when !== undefined && fitsCondition(when, traits) === 'no') return false
  return unless === undefined || fitsCondition(unless, traits) !== 'yes'
}
