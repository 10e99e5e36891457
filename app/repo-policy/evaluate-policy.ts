import { boundPolicy } from './operator/bound-policy.ts'
import type { OperatorPolicy } from './operator/operator-policy.ts'
import { type ParsedPolicy, type PolicyProblem, parsePolicy } from './parse-policy.ts'
import { type PolicyLevels, type Resolution, resolvePolicy } from './resolve-policy.ts'
import { findUnknownTeams, fitRules, withRules } from './rules/fit-rules.ts'
import type { RepositoryTraits } from './rules/fits-condition.ts'

/** One level's file as it was found. */
export type PolicyText =
  | { readonly kind: 'none' }
  | { readonly kind: 'text'; readonly text: string }
  /** There is something, but no file that can be read: a folder, or far too large. */
  | { readonly kind: 'unreadable'; readonly why: string }

export interface PolicyTexts {
  readonly organisation: PolicyText
  readonly repository: PolicyText
}

export const policyPath = '.github/airlock.yml'
export const organisationPolicyPath = 'airlock.yml'
/** How people call it. */
export const organisationPolicyName = `${organisationPolicyPath} of the organisation`
/** Where an owner keeps it; the first that has one counts. */
export const organisationRepositories = ['.github', '.github-private'] as const

/** The effective policy of the operator's, the organisation's and the repository's file, or all that is wrong with them. */
export function evaluatePolicy(operator: OperatorPolicy, texts: PolicyTexts, traits: RepositoryTraits): Resolution {
  const parsed = parseLevels(texts)
  return parsed.ok ? evaluateLevels(operator, parsed.levels, traits) : parsed
}

/** What the two files say, highest first; null where a level has none. */
export type FileLevels = readonly [organisation: ParsedPolicy | null, repository: ParsedPolicy | null]

export function parseLevels(
  texts: PolicyTexts,
): { readonly ok: true; readonly levels: FileLevels } | Extract<Resolution, { ok: false }> {
  const organisation = parseLevel(texts.organisation, organisationPolicyName)
  const repository = parseLevel(texts.repository, policyPath)
  const problems = [...organisation.problems, ...repository.problems]
  if (problems.length > 0) return { ok: false, problems }
  return { ok: true, levels: [organisation.policy, repository.policy] }
}

/** The same of files that were read already. */
export function evaluateLevels(operator: OperatorPolicy, files: FileLevels, traits: RepositoryTraits): Resolution {
  const fitted = fitLevels(operator, files, traits)
  if (!fitted.ok) return fitted
  const resolved = resolvePolicy(fitted.levels)
  if (!resolved.ok) return resolved
  const { organisation, repository } = fitted.levels
  const levels = [fitted.levels.operator, organisation, repository].flatMap((level) => (level ? withRules(level) : []))
  const { policy, problems } = boundPolicy(resolved.policy, levels, operator, traits)
  return problems.length > 0 ? { ok: false, problems } : { ok: true, policy }
}

/** All levels, each with those of its rules that hold for this repository and whoever asks. */
export function fitLevels(
  operator: OperatorPolicy,
  [organisation, repository]: FileLevels,
  traits: RepositoryTraits,
): { readonly ok: true; readonly levels: PolicyLevels } | Extract<Resolution, { ok: false }> {
  const whole = [operator.level, organisation, repository].filter((level) => level !== null)
  const problems = whole.flatMap((level) => findUnknownTeams(level, traits))
  if (problems.length > 0) return { ok: false, problems }
  const fitted = (level: ParsedPolicy | null) => level && fitRules(level, traits)
  const levels = {
    operator: fitRules(operator.level, traits),
    organisation: fitted(organisation),
    repository: fitted(repository),
  }
  return { ok: true, levels }
}

interface Level {
  readonly policy: ParsedPolicy | null
  readonly problems: readonly PolicyProblem[]
}

/** One file of these. */
export function parseLevel(text: PolicyText, name: string): Level {
  if (text.kind === 'none') return { policy: null, problems: [] }
  if (text.kind === 'unreadable') {
    return { policy: null, problems: [{ file: name, path: '', line: null, message: text.why }] }
  }
  const parsed = parsePolicy(text.text, name)
  return parsed.ok ? { policy: parsed.policy, problems: [] } : { policy: null, problems: parsed.problems }
}

/** `.github/airlock.yml:4: setup.netwrok: unknown key`, one after the other in one line. */
export function describeProblems(problems: readonly PolicyProblem[]): string {
  return problems
    .map(({ file, line, path, message }) => {
      const place = line === null ? file : `${file}:${line}`
      return path === '' ? `${place}: ${message}` : `${place}: ${path}: ${message}`
    })
    .join('; ')
    .slice(0, 1900)
}
