import { describe, expect, it } from 'vitest'
import { dayBudgets, describeBudget } from '../../worker/pipeline/day-budgets.ts'
import { runJob } from '../../worker/pipeline/run-job.ts'
import { attemptOf, createWorld, portsOf, requestOf, type World } from './fakes.ts'

const budgets = { personUsd: 20, repositoryUsd: 50, organisationUsd: 200 }
const spent = { account: 'owner:acme', whose: 'acme', usd: 200 }

async function run(world: World) {
  await runJob(requestOf({ budgets }), attemptOf(world), portsOf(world))
  return world
}

describe('budgets of a day', () => {
  it('are those that the policy names, by ids where names can change', () => {
    expect(dayBudgets(requestOf({ budgets }))).toEqual([
      { account: 'owner:acme:person:9', whose: 'ada in acme', usd: 20 },
      { account: 'repository:7', whose: 'acme/widget', usd: 50 },
      { account: 'owner:acme', whose: 'acme', usd: 200 },
    ])
    expect(dayBudgets(requestOf())).toEqual([])
  })

  it('share an account however the owner is spelt', () => {
    const request = requestOf({ budgets: { organisationUsd: 1 } })
    const shouted = { ...request, repository: { ...request.repository, owner: 'ACME' } }

    expect(dayBudgets(shouted).map(({ account }) => account)).toEqual(['owner:acme'])
  })

  it('refuse a job before anything of it runs, and say whose is spent', async () => {
    const world = await run(createWorld({ spent }))

    const detail = describeBudget(spent)
    expect(world.finished).toMatchObject({ outcome: { outcome: 'refused', reason: 'budget-spent', detail } })
    expect(world.log.filter((entry) => entry.startsWith('sandbox'))).toEqual([])
  })

  it('end a job whose agent used up the last of one, and nothing is published', async () => {
    const world = await run(createWorld({ modelStop: { kind: 'budget', budget: spent } }))

    expect(world.finished).toMatchObject({ outcome: { outcome: 'failed', reason: 'budget-used-up' } })
    expect(world.log.some((entry) => entry.startsWith('hand off'))).toBe(false)
  })

  it('let a job through that has something left', async () => {
    const world = await run(createWorld())

    expect(world.finished).toMatchObject({ outcome: { outcome: 'published' } })
  })
})
