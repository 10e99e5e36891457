import type { JobRequest } from './job-request.ts'
import type { Policy } from './policy.ts'
import { type Over, type Quota, quotaHolders, quotaUnits } from './quota.ts'

/** What a job is counted in: what its policy bounds. By ids where names can change. */
export function quotasOf({ repository, actor, policy }: JobRequest): Quota[] {
  const { owner, name, id } = repository
  const ownerAccount = `owner:${owner.toLowerCase()}`
  const holders = {
    person: { account: `${ownerAccount}:person:${actor.id}`, whose: `${actor.login} in ${owner}` },
    repository: { account: `repository:${id}`, whose: `${owner}/${name}` },
    organisation: { account: ownerAccount, whose: owner },
  }
  return quotaHolders.flatMap((holder) => {
    const bounds = { ...policy.quotas?.[holder], usd: policy.budgets?.[`${holder}Usd`] }
    return ([...quotaUnits, 'usd'] as const).flatMap((unit): Quota[] => {
      const most = bounds[unit]
      return most === undefined ? [] : [{ ...holders[holder], unit, most }]
    })
  })
}

/** What becomes of a job that is over this one. */
export function overOf({ quotas }: Policy, { unit }: Quota): Over {
  return quotas?.over ?? (unit === 'concurrent' ? 'wait' : 'refuse')
}
