import { describe, expect, it } from 'vitest'
import type { JobRequest, Outcome } from '../../worker/contract/index.ts'
import type { Held, HeldPlace, ReleaseInput } from '../../worker/pipeline/ports/index.ts'
import { runJob } from '../../worker/pipeline/run-job.ts'
import { attemptOf, createWorld, policy, portsOf, requestOf } from './fakes.ts'

const quarantined = { handoff: { draft: true, ci: 'quarantine' } } as const

interface Change {
  readonly asked?: Partial<JobRequest>
  /** What the approval names, if not what is kept. */
  readonly digest?: string
  readonly released?: string | null
  readonly recheck?: () => Outcome | null
  /** Somebody cancels the approval's job before it acts. */
  readonly cancelled?: boolean
}

/** A job in quarantine, and the job that an approval of it makes. */
async function approve({
  asked = {},
  digest,
  released = '9'.repeat(40),
  recheck = () => null,
  cancelled = false,
}: Change = {}) {
  const kept: { place: HeldPlace; held: Held }[] = []
  const releases: ReleaseInput[] = []
  const held = {
    placeFor: async () => null,
    keep: async (_request: JobRequest, place: HeldPlace, held: Held) => {
      kept.push({ place, held })
      return new Date(0)
    },
    load: async () => kept[0]?.held ?? null,
    forget: async () => undefined,
  }
  const first = createWorld()
  const request = { ...requestOf(quarantined), ...asked }
  const summary = await runJob(request, attemptOf(first), { ...portsOf(first), held })
  const by = { id: 42, login: 'bea' }
  const said = { by, permission: 'write' as const, at: '2026-11-29T08:00:00.000Z', eventKey: 'e' }
  const approval = { jobId: request.id, digest: digest ?? kept[0]?.place.digest ?? 'a'.repeat(64), ...said }
  const world = createWorld({ recheck })
  const ci = {
    async release(input: ReleaseInput) {
      releases.push(input)
      return released
    },
  }
  const stop = new AbortController()
  const settle = async () => {
    if (cancelled) stop.abort('by-person')
    stop.signal.throwIfAborted()
  }
  const attempt = attemptOf(world, { signal: stop.signal, settle })
  const second = await runJob({ ...request, id: 'approval01', approval }, attempt, {
    ...portsOf(world),
    held,
    ci,
  })
  return { summary, kept, second, releases, world }
}

describe('CI in quarantine', () => {
  it('waits where the pull request is, for a word that names the change', async () => {
    const { summary, kept } = await approve()

    expect(summary.outcome.outcome).toBe('published')
    expect(kept).toMatchObject([
      {
        place: { number: 5, digest: summary.quarantine?.digest },
        held: { kind: 'ci', branch: 'airlock/issue-3', commit: 'f'.repeat(40) },
      },
    ])
  })

  it('is let run by an approval: nothing else is done, and the record names who approved', async () => {
    const { second, releases, world } = await approve()

    expect(second.outcome).toEqual({ outcome: 'published', reason: 'ci-released' })
    expect(second.quarantine).toBeUndefined()
    expect(second.pullRequestUrl).toBe('https://example.com/5')
    expect(second.report.commit).toBe('9'.repeat(40))
    expect(releases).toMatchObject([{ branch: 'airlock/issue-3', commit: 'f'.repeat(40) }])
    expect(world.log.filter((entry) => /sandbox|broker|materialise|stage|hand off/.test(entry))).toEqual([])
    expect(world.audit).toContainEqual({ kind: 'approval', data: expect.objectContaining({ by: expect.anything() }) })
  })

  it('has no command that ends it where nobody keeps what waits, and the note says what does', async () => {
    const world = createWorld()
    const summary = await runJob(requestOf(quarantined), attemptOf(world), portsOf(world))

    expect(summary.quarantine).toBeUndefined()
    expect(summary.notes).toEqual([expect.stringContaining('push a commit to the branch')])
  })

  it('stays where another change was approved', async () => {
    const { second, releases } = await approve({ digest: 'b'.repeat(64) })

    expect(second.outcome).toMatchObject({ outcome: 'refused', reason: 'approval-void' })
    expect(releases).toEqual([])
  })

  it('stays where somebody lost the right in the meantime', async () => {
    const { second, releases } = await approve({ recheck: () => ({ outcome: 'refused', reason: 'permission-lost' }) })

    expect(second.outcome.reason).toBe('permission-lost')
    expect(releases).toEqual([])
  })

  it('stays where somebody cancels the approval before it acts', async () => {
    const { second, releases } = await approve({ cancelled: true })

    expect(second.outcome).toEqual({ outcome: 'cancelled', reason: 'by-person' })
    expect(releases).toEqual([])
  })

  it('stays where the branch is not what was approved', async () => {
    const { second } = await approve({ released: null })

    expect(second.outcome).toMatchObject({ outcome: 'refused', reason: 'approval-void' })
  })

  it.each([
    ['ci: run', { policy: { ...policy } }],
    ['ci: skip', { policy: { ...policy, handoff: { draft: true, ci: 'skip' } } }],
    ['no GitHub to decide on', { subject: null, installationId: null }],
  ] as const)('is not there with %s', async (_what, asked) => {
    const { summary, kept } = await approve({ asked })

    expect(summary.quarantine).toBeUndefined()
    expect(kept).toEqual([])
  })
})
