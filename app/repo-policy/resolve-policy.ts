import {
  coversModel,
  isolationClasses,
  overChoices,
  type Permission,
  type Policy,
  permissions,
  policySchema,
  profiles,
  type Quotas,
  quotaHolders,
  quotaUnits,
  suppressors,
} from '../../worker/contract/index.ts'
import { defaultPolicy } from './default-policy.ts'
import { findLoadedSettings } from './find-loaded-settings.ts'
import { findOtherRunner } from './find-other-runner.ts'
import { findWrongSchedules, strictestPace } from './find-schedules.ts'
import { findForbiddenSuppressions } from './find-suppressions.ts'
import { findWidened } from './find-widened.ts'
import { lastSet, least, mergeSet, strictest, union } from './narrow.ts'
import type { ParsedPolicy, PolicyProblem } from './parse-policy.ts'
import { parseSize } from './parse-size.ts'
import type { PolicyFile } from './policy-schema.ts'
import { findLaxerProfiles, withProfile } from './profiles.ts'
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

/** The model that a job would get, where the models that it may ask are others. The lowest level's word counts for both. */
function findUnlistedModel(levels: readonly ParsedPolicy[]): PolicyProblem[] {
  const asking = levels.findLast(({ file }) => file.model !== undefined)
  const bound = levels.findLast(({ file }) => file.models !== undefined)
  const [model, models] = [asking?.file.model, bound?.file.models]
  if (asking === undefined || model === undefined || models === undefined || coversModel(models, model)) return []
  const message = `${model} is not among models of ${bound?.name}: ${models.join(', ')}`
  return [{ file: asking.name, path: `${asking.pathPrefix ?? ''}model`, line: asking.lineOf(['model']), message }]
}

/** The same of the agent, which is one of those that the lowest list allows. */
function findUnlistedAgent(levels: readonly ParsedPolicy[]): PolicyProblem[] {
  const asking = levels.findLast(({ file }) => file.agent !== undefined)
  const bound = levels.findLast(({ file }) => file.agents !== undefined)
  const [agent, agents] = [asking?.file.agent, bound?.file.agents]
  if (asking === undefined || agent === undefined || agents?.includes(agent) !== false) return []
  const message = `${agent} is not among agents of ${bound?.name}: ${agents.join(', ')}`
  return [{ file: asking.name, path: `${asking.pathPrefix ?? ''}agent`, line: asking.lineOf(['agent']), message }]
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

function resolveLimits(files: readonly PolicyFile[]): Policy['limits'] {
  const limits = files.map((file) => file.limits ?? {})
  const minutes = least(limits.map((level) => level.minutes))
  const bytes = (key: 'memory' | 'disk' | 'output') =>
    least(limits.map((level) => (level[key] === undefined ? undefined : parseSize(level[key]))))
  const fallback = defaultPolicy.limits
  return {
    wallMs: minutes === undefined ? fallback.wallMs : Math.ceil(minutes * 60_000),
    memoryBytes: bytes('memory') ?? fallback.memoryBytes,
    cpus: least(limits.map((level) => level.cpus)) ?? fallback.cpus,
    pids: least(limits.map((level) => level.pids)) ?? fallback.pids,
    diskBytes: bytes('disk') ?? fallback.diskBytes,
    outputBytes: bytes('output') ?? fallback.outputBytes,
    costUsd: least(limits.map((level) => level['cost-usd'])) ?? fallback.costUsd,
  }
}

function resolveSilence(files: readonly PolicyFile[]): number | undefined {
  const minutes = least(files.map((file) => file.limits?.['silence-minutes']))
  return minutes === undefined ? defaultPolicy.silenceMs : Math.ceil(minutes * 60_000)
}

function resolveBudgets(files: readonly PolicyFile[]): Pick<Policy, 'budgets'> {
  const of = (key: 'person' | 'repository' | 'organisation') => least(files.map((file) => file.budgets?.[key]))
  const budgets = mergeSet([
    { personUsd: of('person'), repositoryUsd: of('repository'), organisationUsd: of('organisation') },
  ])
  return Object.keys(budgets).length === 0 ? {} : { budgets }
}

function resolveQuotas(files: readonly PolicyFile[]): Pick<Policy, 'quotas'> {
  const levels = files.map(({ quotas }) => quotas ?? {})
  const bounds = quotaHolders.flatMap((holder) => {
    const units = quotaUnits.map((unit) => ({ [unit]: least(levels.map((level) => level[holder]?.[unit])) }))
    const set = mergeSet<NonNullable<Quotas[typeof holder]>>(units)
    return Object.keys(set).length === 0 ? [] : [{ [holder]: set }]
  })
  const over = strictest(
    overChoices,
    levels.map((level) => level.over),
  )
  const quotas = mergeSet<Quotas>([...bounds, { over }])
  return Object.keys(quotas).length === 0 ? {} : { quotas }
}

/** What any level denies is denied, also where another level allows it. */
function resolveGates(files: readonly PolicyFile[]): Policy['gates'] {
  const gates = files.map((file) => file.gates ?? {})
  const deny = union(gates.map((level) => level.licenses?.['deny-licenses']))
  const allow = lastSet(gates.map((level) => level.licenses?.['allow-licenses']))
  const lists = allow === undefined ? { deny } : { allow: allow.filter((id) => !deny?.includes(id)) }
  const exempt = lastSet(gates.map((level) => level.licenses?.['allow-dependencies-licenses']))
  const denyPackages = union(gates.map((level) => level.licenses?.['deny-packages']))
  const suppress = union(gates.map((level) => level.suppress))
  const suppressBy = strictest(
    suppressors,
    gates.map((level) => level['suppress-by']),
  )
  return {
    ...mergeSet([{ suppress, suppressBy }]),
    licenses: mergeSet<Policy['gates']['licenses']>([lists, { exempt, denyPackages }]),
    protected: union(gates.map((level) => level.protected)) ?? defaultPolicy.gates.protected,
  }
}
