import { describe, expect, it } from 'vitest'
import { cancelComment, statusListComment } from '../../../app/replies/thread-comment.ts'
import type { JobStanding, StandingJob } from '../../../worker/contract/index.ts'

const job = (standing: JobStanding, changes: Partial<StandingJob> = {}): StandingJob => ({
  jobId: 'job0000001',
  actor: { id: 5, login: '@ada' },
  agent: 'pi',
  askedAt: '2026-11-29T10:00:00.000Z',
  cancelled: false,
  standing,
  ...changes,
})

const noted = { step: 'agent', beganAt: 1_000_000, costUsd: 0.5, mostUsd: 5 } as const
const now = 1_185_000
const list = (jobs: readonly StandingJob[]) => statusListComment('answer0001', { command: '/airlock' }, jobs, now)

describe('the answer to status', () => {
  it.each([
    ['waits', { kind: 'waiting', place: 3 }, '**waits**, number 3 in the queue'],
    [
      'waits for a quota',
      {
        kind: 'waiting',
        place: null,
        quota: { quota: "the day's jobs of acme, 9", until: '2026-11-30T00:00:00.000Z' },
      },
      "**waits** for room in the day's jobs of acme, 9, until 2026-11-30 00:00 UTC ·",
    ],
    ['is next', { kind: 'waiting', place: 1 }, '**waits**, next in the queue ·'],
    [
      'waits for so long',
      { kind: 'waiting', place: 3, startsInMs: 300_000 },
      '**waits**, number 3 in the queue, and should begin in about 5 minutes ·',
    ],
    ['waits somewhere', { kind: 'waiting', place: null }, '**waits** ·'],
    ['runs', { kind: 'running', attempt: 1, noted }, '**runs**, step agent, for 3 m 05 s, model 0.50 of 5.00 USD ·'],
    ['runs again', { kind: 'running', attempt: 2 }, '**runs**, attempt 2 ·'],
  ] as const)('says that a job %s, and who asked, whom it does not call', (_what, standing, text) => {
    const comment = list([job(standing)])

    expect(comment).toContain(text)
    expect(comment).toContain('on 2026-11-29 10:00 UTC')
    expect(comment).toContain('`/airlock cancel` ends it.')
    expect(comment).not.toContain('@ada')
  })

  it('says that nothing runs, and how many have ended', () => {
    expect(list([job({ kind: 'ended' }), job({ kind: 'ended' })])).toContain(
      'Nothing runs or waits here.\n\n2 jobs have ended here',
    )
  })

  it('says that a job is being cancelled', () => {
    const running = job({ kind: 'running', attempt: 1 }, { cancelled: true })
    expect(list([running])).toContain('being cancelled')
  })
})

describe('the answer to cancel', () => {
  it('says of each job whether it is stopped', () => {
    const comment = cancelComment('answer0001', [
      { job: job({ kind: 'running', attempt: 1 }), stopped: true },
      { job: job({ kind: 'running', attempt: 1 }, { jobId: 'job0000002' }), stopped: false },
    ])

    expect(comment).toMatch(/job0000001 \(pi\): \*\*is being cancelled\*\*/)
    expect(comment).toMatch(/job0000002 \(pi\): too late/)
  })

  it('says that there was nothing to stop', () => {
    expect(cancelComment('answer0001', [])).toContain('nothing was cancelled')
  })
})
