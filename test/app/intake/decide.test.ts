import { describe, expect, it } from 'vitest'
import { decide } from '../../../app/intake/decide.ts'
import type { HeldBook, RepositoryFacts } from '../../../app/intake/ports.ts'
import type { Decision, HeldEntry, JobRequest } from '../../../worker/contract/index.ts'
import { jobRequest } from '../../queue/job-request.ts'
import { commentEvent } from '../triggers/make-event.ts'

const digest = 'c'.repeat(64)
const request = jobRequest()
const entry: HeldEntry = {
  kind: 'change',
  jobId: request.id,
  digest,
  requester: request.actor,
  approvals: { own: true, permission: 'write' },
  until: '2026-12-13T00:00:00.000Z',
  decision: null,
}
const event = commentEvent('/airlock approve')
const teamsOf: RepositoryFacts['teamsOf'] = async () => ({ kind: 'known', teams: ['security'] })
const live = { live: { userId: event.sender.id, permission: 'write' }, teamsOf } as const

/** Keeps one change as Redis does, and a queue that is away for the first `outages` times. */
function createWorld(outages: number) {
  let decision: Decision | null = null
  const jobs: JobRequest[] = []
  let left = outages
  const held: HeldBook = {
    on: async () => [{ ...entry, decision }],
    decide: async (_place, _jobId, said) => {
      decision ??= said
      return { decision, request: decision.verb === 'reject' ? null : request }
    },
  }
  return {
    jobs,
    deps: {
      held,
      now: () => 0,
      jobs: {
        async enqueue(job: JobRequest) {
          left -= 1
          if (left >= 0) throw new Error('the queue is away')
          if (!jobs.some(({ id }) => id === job.id)) jobs.push(job)
          return { position: 1, startsInMs: null }
        },
      },
    },
  }
}

const approve = { verb: 'approve', hash: digest } as const
const reject = { verb: 'reject', hash: null } as const

describe('a word on a held change, when the app dies after it was written down', () => {
  it('gets its job when the same event is tried again, and is answered as if nothing had happened', async () => {
    const { deps, jobs } = createWorld(1)

    await expect(decide(deps, event, approve, live)).rejects.toThrow('away')
    const reply = await decide(deps, event, approve, live)

    expect(reply.kind).toBe('approved')
    expect(jobs).toMatchObject([{ approval: { jobId: request.id, digest, by: { id: event.sender.id } } }])
    expect(jobs[0]?.id).not.toBe(request.id)
  })

  it("gets its job by the next person's word, who is told whose word counts", async () => {
    const { deps, jobs } = createWorld(1)
    const other = { ...event, eventKey: 'another', sender: { ...event.sender, id: 99, login: 'cy' } }

    await expect(decide(deps, event, approve, live)).rejects.toThrow('away')
    const reply = await decide(deps, other, approve, { live: { userId: 99, permission: 'write' }, teamsOf })

    expect(reply).toMatchObject({ kind: 'decided-before', decision: { by: { login: event.sender.login } } })
    expect(jobs).toMatchObject([{ approval: { by: { login: event.sender.login } } }])
  })

  it('is one job, whoever says it how often', async () => {
    const { deps, jobs } = createWorld(0)

    for (const eventKey of ['one', 'two', 'one']) await decide(deps, { ...event, eventKey }, approve, live)

    expect(jobs).toHaveLength(1)
  })

  it('makes no job where the word that counts is a rejection', async () => {
    const { deps, jobs } = createWorld(0)

    expect((await decide(deps, event, reject, live)).kind).toBe('rejected')
    expect((await decide(deps, { ...event, eventKey: 'two' }, approve, live)).kind).toBe('decided-before')
    expect(jobs).toEqual([])
  })
})
