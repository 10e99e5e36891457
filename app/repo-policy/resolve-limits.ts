import { overChoices, type Policy, type Quotas, quotaHolders, quotaUnits } from '../../worker/contract/index.ts'
import { defaultPolicy } from './default-policy.ts'
import { least, mergeSet, strictest } from './narrow.ts'
import { parseSize } from './parse-size.ts'
import type { PolicyFile } from './policy-schema.ts'

/** Of each limit the least. */
export function resolveLimits(files: readonly PolicyFile[]): Policy['limits'] {
  const limits = files.map((file) => file.limits ?? {})
  const minutes = least(limits.map((level) => level.minutes))
  const bytes = (key: 'memory' | 'disk' | 'output') =>
    least(limits.map((level) => (level[key] === undefined ? undefined : parseSize(level[key]))))
  const tokens = least(limits.map((level) => level.tokens))
  const fallback = defaultPolicy.limits
  return {
    wallMs: minutes === undefined ? fallback.wallMs : Math.ceil(minutes * 60_000),
    memoryBytes: bytes('memory') ?? fallback.memoryBytes,
    cpus: least(limits.map((level) => level.cpus)) ?? fallback.cpus,
    pids: least(limits.map((level) => level.pids)) ?? fallback.pids,
    diskBytes: bytes('disk') ?? fallback.diskBytes,
    outputBytes: bytes('output') ?? fallback.outputBytes,
    costUsd: least(limits.map((level) => level['cost-usd'])) ?? fallback.costUsd,
    ...(tokens === undefined ? {} : { tokens }),
  }
}

export function resolveSilence(files: readonly PolicyFile[]): number | undefined {
  const minutes = least(files.map((file) => file.limits?.['silence-minutes']))
  return minutes === undefined ? defaultPolicy.silenceMs : Math.ceil(minutes * 60_000)
}

export function resolveBudgets(files: readonly PolicyFile[]): Pick<Policy, 'budgets'> {
  const of = (key: 'person' | 'repository' | 'organisation') => least(files.map((file) => file.budgets?.[key]))
  const budgets = mergeSet([
    { personUsd: of('person'), repositoryUsd: of('repository'), organisationUsd: of('organisation') },
  ])
  return Object.keys(budgets).length === 0 ? {} : { budgets }
}

export function resolveQuotas(files: readonly PolicyFile[]): Pick<Policy, 'quotas'> {
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
