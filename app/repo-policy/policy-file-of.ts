import type { Policy } from '../../worker/contract/index.ts'
import type { PolicyFile } from './policy-schema.ts'

/** The airlock.yml that means exactly this policy. */
export function policyFileOf(policy: Policy): PolicyFile {
  const { agentSettings, runsOn, acceptedWeaker: _, limits, silenceMs, budgets, approvals, gates, ...same } = policy
  const { allow, deny, exempt, denyPackages } = gates.licenses
  return {
    ...same,
    ...(agentSettings === undefined ? {} : { 'agent-settings': agentSettings }),
    ...(runsOn === undefined ? {} : { 'runs-on': runsOn }),
    triggers: { ...policy.triggers, permission: permissionOf(policy.triggers) },
    ...(approvals === undefined ? {} : { approvals: { ...approvals, permission: permissionOf(approvals) } }),
    limits: {
      minutes: limits.wallMs / 60_000,
      ...(silenceMs === undefined ? {} : { 'silence-minutes': silenceMs / 60_000 }),
      memory: sizeText(limits.memoryBytes),
      cpus: limits.cpus,
      pids: limits.pids,
      disk: sizeText(limits.diskBytes),
      output: sizeText(limits.outputBytes),
      'cost-usd': limits.costUsd,
      ...(limits.tokens === undefined ? {} : { tokens: limits.tokens }),
    },
    ...(budgets === undefined ? {} : { budgets: budgetsFile(budgets) }),
    gates: {
      licenses: {
        ...(allow === undefined ? {} : { 'allow-licenses': allow }),
        ...(deny === undefined ? {} : { 'deny-licenses': deny }),
        ...(exempt === undefined ? {} : { 'allow-dependencies-licenses': exempt }),
        ...(denyPackages === undefined ? {} : { 'deny-packages': denyPackages }),
      },
      protected: gates.protected,
      ...(gates.suppress === undefined ? {} : { suppress: gates.suppress }),
      ...(gates.suppressBy === undefined ? {} : { 'suppress-by': gates.suppressBy }),
    },
  }
}

function budgetsFile({ personUsd, repositoryUsd, organisationUsd }: NonNullable<Policy['budgets']>) {
  return {
    ...(personUsd === undefined ? {} : { person: personUsd }),
    ...(repositoryUsd === undefined ? {} : { repository: repositoryUsd }),
    ...(organisationUsd === undefined ? {} : { organisation: organisationUsd }),
  }
}

/** A file cannot ask for `none`: it would let everybody in. */
function permissionOf({ permission }: Pick<Policy['triggers'], 'permission'>) {
  if (permission === 'none') throw new TypeError('a policy without a permission cannot be written down')
  return permission
}

const units = ['t', 'g', 'm', 'k'] as const

/** `4g` for 4 GiB, in the largest unit that needs no fraction. */
function sizeText(bytes: number): string {
  const unit = units.find((candidate) => bytes % factorOf(candidate) === 0)
  if (unit === undefined) throw new RangeError(`no whole number of KiB: ${bytes}`)
  return `${bytes / factorOf(unit)}${unit}`
}

function factorOf(unit: (typeof units)[number]): number {
  return 1024 ** (units.length - units.indexOf(unit))
}
