import { describe, expect, it } from 'vitest'
import { handleTrigger } from '../../../app/intake/handle-trigger.ts'
import { readPolicyDigest } from '../../../app/intake/read-policy.ts'
import type { TriggerEvent } from '../../../worker/contract/index.ts'
import { commentEvent, labelEvent } from '../triggers/make-event.ts'
import { attempt, createFakeWorld, type FakeWorld, fakeDeps } from './fake-repository.ts'

const handle = (world: FakeWorld, event: TriggerEvent = labelEvent()) => handleTrigger(fakeDeps(world), event, attempt)
const answersOf = (world: FakeWorld) => [...world.comments.values()].join('\n---\n')
const text = (written: string) => ({ kind: 'text', text: written }) as const
const teamsMayAsk = text('triggers: { teams: [platform, web] }')
const byTeam = text('agents: [claude, codex]\nrules:\n  - unless: { team: platform }\n    agents: [claude]\n')

describe('a policy that names who may ask by team', () => {
  it('lets somebody in one of them ask', async () => {
    const world = createFakeWorld({ organisationPolicy: teamsMayAsk, asker: { kind: 'known', teams: ['web'] } })

    expect(await handle(world)).toMatchObject({ kind: 'enqueued' })
    expect(world.jobs).toMatchObject([{ policy: { triggers: { teams: ['platform', 'web'] } } }])
  })

  it('refuses a writer who is in none of them', async () => {
    const world = createFakeWorld({ organisationPolicy: teamsMayAsk, asker: { kind: 'known', teams: [] } })

    expect(await handle(world)).toEqual({ kind: 'answered', with: 'permission-too-low' })
    expect(answersOf(world)).toContain('is in none of the teams platform, web')
    expect(world.jobs).toEqual([])
  })

  it('refuses everybody where the App may not learn who is in a team, and says which permission is missing', async () => {
    const why = 'the App needs the organisation permission "Members: read"'
    const world = createFakeWorld({ organisationPolicy: teamsMayAsk, asker: { kind: 'unknown', why } })

    expect(await handle(world)).toEqual({ kind: 'answered', with: 'permission-too-low' })
    expect(answersOf(world)).toContain('Members: read')
    expect(world.jobs).toEqual([])
  })

  it('asks nothing about teams for a stranger, nor where no policy names one', async () => {
    const stranger = createFakeWorld({ organisationPolicy: teamsMayAsk, live: null })
    const plain = createFakeWorld()
    for (const world of [stranger, plain]) world.failing.set('teamsOf', new Error('asked'))

    expect(await handle(stranger)).toEqual({ kind: 'answered', with: 'permission-too-low' })
    expect(await handle(plain)).toMatchObject({ kind: 'enqueued' })
  })

  it('asks nothing about teams for a comment that is not for us', async () => {
    const world = createFakeWorld({ organisationPolicy: teamsMayAsk })
    world.failing.set('teamsOf', new Error('asked'))

    expect(await handle(world, commentEvent('/deploy now'))).toMatchObject({ kind: 'ignored' })
  })
})

describe('a rule by team', () => {
  it('gives each the policy that is theirs', async () => {
    const insider = createFakeWorld({ organisationPolicy: byTeam, asker: { kind: 'known', teams: ['platform'] } })
    const outsider = createFakeWorld({ organisationPolicy: byTeam, asker: { kind: 'known', teams: [] } })

    await handle(insider, labelEvent({ label: 'airlock:codex' }))
    await handle(outsider, labelEvent({ label: 'airlock:codex' }))

    expect(insider.jobs).toMatchObject([{ agent: 'codex' }])
    expect(outsider.jobs).toEqual([])
    expect(answersOf(outsider)).toContain('the policy allows claude')
  })

  it('refuses with the line where nobody can say who is in a team', async () => {
    const world = createFakeWorld({ organisationPolicy: byTeam, asker: { kind: 'unknown', why: 'no such team' } })

    expect(await handle(world)).toEqual({ kind: 'answered', with: 'policy-invalid' })
    expect(answersOf(world)).toContain(
      String.raw`airlock.yml of the organisation:3: rules\[0\].unless.team: no such team`,
    )
  })

  it('has a waiting job refused whose requester left the team, or one of those who joined it', async () => {
    const world = createFakeWorld({ organisationPolicy: byTeam, asker: { kind: 'known', teams: ['platform'] } })
    await handle(world)
    const frozen = { logins: ['ada', 'bea'], policyDigest: world.jobs[0]?.policyDigest ?? '' }
    await using repository = await fakeDeps(world).repositories.open(labelEvent(), attempt)
    if (repository === null) throw new Error('not reachable')
    const { facts } = repository
    const now = (left: string) =>
      readPolicyDigest(
        {
          ...facts,
          now: facts.now,
          teamsOf: async (login) => ({ kind: 'known', teams: login === left ? [] : ['platform'] }),
        },
        world.operatorPolicy,
        frozen,
      )

    expect(await now('nobody')).toBe(frozen.policyDigest)
    expect(await now('ada')).not.toBe(frozen.policyDigest)
    expect(await now('bea')).not.toBe(frozen.policyDigest)
  })
})

describe('the request that is frozen', () => {
  it('has the origin of every value that is not the default, for the record', async () => {
    const world = createFakeWorld({
      organisationPolicy: text('rules:\n  - limits: { minutes: 9 }\n'),
      repositoryPolicy: text('agent: codex\n'),
    })

    await handle(world)

    expect(world.jobs[0]?.policyOrigins).toEqual([
      { key: 'agent', from: [{ level: 'repository', file: '.github/airlock.yml', line: 1 }] },
      { key: 'limits.minutes', from: [{ level: 'organisation', file: 'airlock.yml of the organisation', line: 2 }] },
    ])
  })
})
