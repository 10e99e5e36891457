import type { JobRequest } from '../contract/index.ts'
import type { DayBudget } from './ports/index.ts'

/** What a job's models are charged to: what its policy bounds. By ids where names can change. */
export function dayBudgets({ repository, actor, policy }: JobRequest): DayBudget[] {
  const { personUsd, repositoryUsd, organisationUsd } = policy.budgets ?? {}
  const { owner, name, id } = repository
  const ownerAccount = `owner:${owner.toLowerCase()}`
  return [
    budget(`${ownerAccount}:person:${actor.id}`, `${actor.login} in ${owner}`, personUsd),
    budget(`repository:${id}`, `${owner}/${name}`, repositoryUsd),
    budget(ownerAccount, owner, organisationUsd),
  ].flat()
}

function budget(account: string, whose: string, usd: number | undefined): DayBudget[] {
  return usd === undefined ? [] : [{ account, whose, usd }]
}

export function describeBudget({ whose, usd }: DayBudget): string {
  return `the day's budget of ${whose}, ${usd} USD`
}
