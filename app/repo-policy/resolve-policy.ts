import {
  isolationClasses,
  type Permission,
  type Policy,
  permissions,
  policySchema,
  profiles,
} from '../../worker/contract/index.ts'
import { defaultPolicy } from './default-policy.ts'
import { findLoadedSettings } from './find-loaded-settings.ts'
import { findMisplacedWelcome } from './find-misplaced-welcome.ts'
import { findOtherRunner } from './find-other-runner.ts'
import { findWrongSchedules, strictestPace } from './find-schedules.ts'
import { findForbiddenSuppressions } from './find-suppressions.ts'
import { findUnlistedAgent, findUnlistedModel } from './find-unlisted.ts'
import { findWidened } from './find-widened.ts'
import { lastSet, mergeSet, strictest } from './narrow.ts'
import type { ParsedPolicy, PolicyProblem } from './parse-policy.ts'
import type { PolicyFile } from './policy-schema.ts'
import { findLaxerProfiles, withProfile } from './profiles.ts'
import { resolveGates } from './resolve-gates.ts'
import { resolveBudgets, resolveLimits, resolveQuotas, resolveSilence } from './resolve-limits.ts'
import { findWideningRules, withRules } from './rules/fit-rules.ts'

/** One policy per level, with those of its rules that hold; null where that level has none. */
export interface PolicyLevels {
  readonly operator: ParsedPolicy | null
  readonly organisation: ParsedPolicy | null
  readonly repository: ParsedPolicy | null
}

export type Resolution =
  | { readonly ok: true; readonly policy: Policy }
  | { readonly ok: false; readonly problems: readonly PolicyProblem[] }

/**
 * The effective policy. What a level sets bounds all below it: limits take the least, isolation and permission the
 * strictest, protected paths and denied licenses add up. A list of hosts, secrets, models or allowed licenses may only be a
 * part of the one above; what is not is named, because a job that silently lacks what its setup needs is hard to
 * understand. A profile bounds the file that names it and all below. Tastes (agent, model, label …) are the lowest level's.
 */
export function resolvePolicy(levels: PolicyLevels): Resolution {
  const whole = [levels.operator, levels.organisation, levels.repository].filter((level) => level !== null)
  const written = whole.flatMap(withRules)
  const parsed = written.flatMap(withProfile)
  const problems = [
    ...findLaxerProfiles(written),
    ...findWidenedOnce(whole, parsed),
    ...findForbiddenSuppressions(levels),
    ...findLoadedSettings(written, levels.repository),
    ...findOtherRunner(whole),
    ...findUnlistedModel(written),
    ...findWrongSchedules(levels),
    ...findMisplacedWelcome(levels),
    ...findUnlistedAgent(written),
  ]
  if (problems.length > 0) return { ok: false, problems }

  const files = parsed.map((level) => level.file)
  const tastes = files.map(({ agent, agents, command, model, models, image, network }) => ({
    ...{ agent, agents, command, model, models, image, network },
  }))
  const profile = strictest(
    profiles,
    files.map((file) => file.profile),
  )
  const agentSettings = lastSet(files.map((file) => file['agent-settings']))
  const runsOn = lastSet(files.map((file) => file['runs-on']))
  const permission = resolvePermission(levels)
  const policy: Policy = {
    ...defaultPolicy,
    agent: firstAgent(files),
    ...mergeSet(tastes),
    ...mergeSet([{ profile, agentSettings, runsOn }]),
    isolation:
      strictest(
        isolationClasses,
        files.map((file) => file.isolation),
      ) ?? defaultPolicy.isolation,
    setup: { ...defaultPolicy.setup, ...mergeSet(files.map((file) => file.setup)) },
    limits: resolveLimits(files),
    silenceMs: resolveSilence(files),
    ...resolveBudgets(files),
    ...resolveQuotas(files),
    gates: resolveGates(files),
    triggers: {
      ...defaultPolicy.triggers,
      ...mergeSet(files.map((file) => file.triggers)),
      permission,
      ...resolvePace(written),
    },
    ...mergeSet([{ schedules: levels.repository?.file.schedules }]),
    ...resolveApprovals(files, permission),
    handoff: {
      draft:
        strictest(
          [false, true],
          files.map((file) => file.handoff?.draft),
        ) ?? defaultPolicy.handoff.draft,
      ci:
        strictest(
          ['run', 'quarantine', 'skip'],
          files.map((file) => file.handoff?.ci),
        ) ?? defaultPolicy.handoff.ci,
      ...mergeSet([{ reviewers: lastSet(files.map((file) => file.handoff?.reviewers)) }]),
    },
  }
  return { ok: true, policy: policySchema.parse(policy) }
}

/** What a file gets that names no agent. */
function firstAgent(files: readonly PolicyFile[]): Policy['agent'] {
  const agents = lastSet(files.map((file) => file.agents))
  const { agent } = defaultPolicy
  return agents === undefined || agents.includes(agent) ? agent : (agents[0] ?? agent)
}

/** A rule that is wider than its file is found as a rule, and once more as a level where it holds. */
function findWidenedOnce(whole: readonly ParsedPolicy[], levels: readonly ParsedPolicy[]): PolicyProblem[] {
  const found = [...whole.flatMap(findWideningRules), ...findWidened(levels)]
  return [...new Map(found.map((problem) => [JSON.stringify(problem), problem])).values()]
}

/** Only the operator lowers it below the default: a repository must not open itself to strangers. */
function resolvePermission({ operator, organisation, repository }: PolicyLevels): Policy['triggers']['permission'] {
  const floor = operator?.file.triggers?.permission ?? defaultPolicy.triggers.permission
  const below = [
    ...(operator?.fitted ?? []),
    ...[organisation, repository].flatMap((level) => level && withRules(level)),
  ]
  return strictest(permissions, [floor, ...below.map((level) => level?.file.triggers?.permission)]) ?? floor
}

/** Left out where no level says anything. */
function resolvePace(written: readonly ParsedPolicy[]): Pick<Policy['triggers'], 'schedules'> {
  const isSaid = written.some(({ file }) => file.triggers?.schedules !== undefined)
  return isSaid ? { schedules: strictestPace(written) } : {}
}

/** Nobody may approve who may not ask, whatever a level says. */
function resolveApprovals(files: readonly PolicyFile[], floor: Permission): Pick<Policy, 'approvals'> {
  const approvals = files.map((file) => file.approvals).filter((level) => level !== undefined)
  if (approvals.length === 0) return {}
  const own = approvals.every((level) => level.own !== false)
  const permission = strictest(permissions, [floor, ...approvals.map((level) => level.permission)]) ?? floor
  const teams = lastSet(approvals.map((level) => level.teams))
  return { approvals: { own, permission, ...mergeSet([{ teams }]) } }
}
