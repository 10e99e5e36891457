import { describe, expect, it } from 'vitest'
import { describeQuota, overOf, quotasOf } from '../../worker/contract/index.ts'
import { runJob } from '../../worker/pipeline/run-job.ts'
import { attemptOf, createWorld, portsOf, requestOf, type World } from './fakes.ts'

const budgets = { personUsd: 20, repositoryUsd: 50, organisationUsd: 200 }
const spent = { account: 'owner:acme', whose: 'acme', unit: 'usd', most: 200 } as const
const tokens = { ...spent, unit: 'tokens', most: 5000 } as const
const quotas = { person: { concurrent: 2, jobs: 9 }, organisation: { minutes: 60, tokens: 5000 } }

async function run(world: World) {
  await runJob(requestOf({ budgets }), attemptOf(world), portsOf(world))
  return world
}

describe('budgets of a day', () => {
  it('are those that the policy names, by ids where names can change', () => {
    expect(quotasOf(requestOf({ budgets }))).toEqual([
      { account: 'owner:acme:person:9', whose: 'ada in acme', unit: 'usd', most: 20 },
      { account: 'repository:7', whose: 'acme/widget', unit: 'usd', most: 50 },
      { account: 'owner:acme', whose: 'acme', unit: 'usd', most: 200 },
    ])
    expect(quotasOf(requestOf())).toEqual([])
  })

  it('share an account however the owner is spelt', () => {
    const request = requestOf({ budgets: { organisationUsd: 1 } })
    const shouted = { ...request, repository: { ...request.repository, owner: 'ACME' } }

    expect(quotasOf(shouted).map(({ account }) => account)).toEqual(['owner:acme'])
  })

  it('refuse a job before anything of it runs, and say whose is spent', async () => {
    const world = await run(createWorld({ spent }))

    const detail = describeQuota(spent)
    expect(world.finished).toMatchObject({ outcome: { outcome: 'refused', reason: 'budget-spent', detail } })
    expect(world.log.filter((entry) => entry.startsWith('sandbox'))).toEqual([])
  })

  it('end a job whose agent used up the last of one, and nothing is published', async () => {
    const world = await run(createWorld({ modelStop: { kind: 'quota', quota: spent } }))

    expect(world.finished).toMatchObject({ outcome: { outcome: 'failed', reason: 'budget-used-up' } })
    expect(world.log.some((entry) => entry.startsWith('hand off'))).toBe(false)
  })

  it('let a job through that has something left', async () => {
    const world = await run(createWorld())

    expect(world.finished).toMatchObject({ outcome: { outcome: 'published' } })
  })
})

describe('quotas', () => {
  it('are those that the policy names, each of its account', () => {
    const found = quotasOf(requestOf({ quotas }))

    expect(found.map((quota) => describeQuota(quota))).toEqual([
      'the jobs at a time of ada in acme, 2',
      "the day's jobs of ada in acme, 9",
      "the day's minutes of acme, 60",
      "the day's tokens of acme, 5000",
    ])
  })

  it.each([
    [undefined, 'wait', 'refuse'],
    ['wait', 'wait', 'wait'],
    ['refuse', 'refuse', 'refuse'],
  ] as const)('with over: %s, let jobs at a time %s and those of the day be: %s', (over, atATime, ofTheDay) => {
    const { policy } = requestOf({ quotas: { ...quotas, ...(over === undefined ? {} : { over }) } })
    const bound = { account: 'a', whose: 'a', most: 1 }
    const said = (['concurrent', 'jobs', 'minutes', 'tokens', 'usd'] as const).map((unit) =>
      overOf(policy, { ...bound, unit }),
    )

    expect(said).toEqual([atATime, ofTheDay, ofTheDay, ofTheDay, ofTheDay])
  })

  it('that leave no room refuse a job before anything of it runs, with whose and how much', async () => {
    const world = createWorld()
    const overQuota = { ...spent, unit: 'jobs', most: 9 } as const
    await runJob({ ...requestOf(), overQuota }, attemptOf(world), portsOf(world))

    const detail = "the day's jobs of acme, 9"
    expect(world.finished).toMatchObject({ outcome: { outcome: 'refused', reason: 'quota-spent', detail } })
    expect(world.log.filter((entry) => /sandbox|clone/.test(entry))).toEqual([])
  })

  it('of tokens end a job whose agent used up the last of them', async () => {
    const world = createWorld({ modelStop: { kind: 'quota', quota: tokens } })
    await runJob(requestOf(), attemptOf(world), portsOf(world))

    const detail = "the day's tokens of acme, 5000"
    expect(world.finished).toMatchObject({ outcome: { outcome: 'failed', reason: 'quota-used-up', detail } })
  })
})
