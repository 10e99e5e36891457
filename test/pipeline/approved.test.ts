import { describe, expect, it } from 'vitest'
import type { JobRequest, Severity } from '../../worker/contract/index.ts'
import { digestOfChange } from '../../worker/pipeline/digest-of-change.ts'
import type { Held, HeldChange } from '../../worker/pipeline/ports/index.ts'
import { runJob } from '../../worker/pipeline/run-job.ts'
import { attemptOf, createWorld, portsOf, requestOf } from './fakes.ts'

/** A job whose gate says `severity`, with what it kept; then the job that an approval of it makes. */
async function approve(severity: Severity, spoil: (held: HeldChange) => HeldChange = (held) => held) {
  const kept: HeldChange[] = []
  const changes = {
    placeFor: async () => null,
    keep: async (_request: unknown, _place: unknown, held: Held) => {
      if (held.kind === 'change') kept.push(held)
      return new Date(0)
    },
    load: async () => {
      const [held] = kept
      return held === undefined ? null : spoil(held)
    },
    forget: async () => {
      kept.length = 0
    },
  }
  const first = createWorld()
  const finding = { gate: 'size', rule: 'r', severity, path: 'a', line: null, message: 'm' } as const
  const gates = [{ name: 'size' as const, check: () => [finding] }]
  const summary = await runJob(requestOf(), attemptOf(first), { ...portsOf(first), gates, held: changes })
  const told = first.log.filter((entry) => entry === 'checkpoint' || entry === 'finished')
  if (severity === 'block') return { summary, kept: kept.length, second: null, log: first.log, told }

  const [held] = kept
  if (held === undefined) throw new Error('nothing was kept')
  const digest = digestOfChange(held.changeSet)
  const by = { id: 42, login: 'bea' }
  const approval = {
    jobId: 'job0000001',
    digest,
    by,
    permission: 'write' as const,
    at: '2026-11-29T08:00:00.000Z',
    eventKey: 'e',
  }
  const world = createWorld()
  const request = { ...requestOf(), id: 'approval01', approval }
  const second = await runJob(request, attemptOf(world), { ...portsOf(world), held: changes })
  return { summary, kept: kept.length, second, log: world.log, told }
}

describe('an approval', () => {
  it('publishes the held change; no sandbox runs, and nothing is kept afterwards', async () => {
    const { summary, second, log, kept } = await approve('hold')

    expect(summary).toMatchObject({ outcome: { outcome: 'held' }, held: { until: new Date(0).toISOString() } })
    expect(second?.outcome.outcome).toBe('published')
    expect(log.filter((entry) => /sandbox|broker|materialise/.test(entry))).toEqual([])
    expect(kept).toBe(0)
  })

  it('is of a change whose end was written down before a person was told: no later attempt makes another', async () => {
    const { told } = await approve('hold')

    expect(told).toEqual(['checkpoint', 'finished'])
  })

  it('of a change whose job was cancelled as it was held cannot be: it is taken away again', async () => {
    const world = createWorld()
    const stop = new AbortController()
    const kept = new Set<string>()
    const held = {
      placeFor: async () => null,
      keep: async ({ id }: { readonly id: string }) => {
        kept.add(id)
        stop.abort('by-person')
        return new Date(0)
      },
      load: async () => null,
      forget: async (id: string) => void kept.delete(id),
    }
    const finding = { gate: 'size', rule: 'r', severity: 'hold', path: 'a', line: null, message: 'm' } as const
    const gates = [{ name: 'size' as const, check: () => [finding] }]

    const summary = await runJob(requestOf(), attemptOf(world, { signal: stop.signal }), {
      ...portsOf(world),
      gates,
      held,
    })

    expect(summary.outcome).toEqual({ outcome: 'cancelled', reason: 'by-person' })
    expect(summary.held).toBeUndefined()
    expect(kept.size).toBe(0)
  })

  it('of what a schedule had done is said in an issue of its own, which its job then knows', async () => {
    const thread = { kind: 'issue' as const, number: 12, title: 'Held: Fix' }
    const kept: unknown[] = []
    const held = {
      placeFor: async ({ trigger }: JobRequest) => (trigger.schedule === undefined ? null : thread),
      keep: async ({ subject }: JobRequest, { number }: { readonly number: number }) => {
        kept.push([subject, number])
        return new Date(0)
      },
      load: async () => null,
      forget: async () => undefined,
    }
    const finding = { gate: 'size', rule: 'r', severity: 'hold', path: 'a', line: null, message: 'm' } as const
    const gates = [{ name: 'size' as const, check: () => [finding] }]
    const { trigger, ...request } = { ...requestOf(), subject: null }
    const schedule = { digest: 'c'.repeat(64), cron: '0 * * * *', due: '2026-11-29T08:00:00.000Z' }
    const run = (asked: JobRequest) => {
      const world = createWorld()
      return runJob(asked, attemptOf(world), { ...portsOf(world), gates, held })
    }

    const scheduled = { ...request, trigger: { ...trigger, kind: 'schedule' as const, schedule } }
    const summary = await run(scheduled)
    const elsewhere = await run({ ...request, trigger })

    expect(summary.held).toMatchObject({ thread, until: new Date(0).toISOString() })
    expect(kept).toEqual([[thread, 12]])
    expect(elsewhere).toMatchObject({ outcome: { outcome: 'held' } })
    expect(elsewhere.held).toBeUndefined()
  })

  it('of a blocked change cannot be: none is kept', async () => {
    const { summary, kept } = await approve('block')

    expect(summary.outcome.outcome).toBe('blocked')
    expect(summary.held).toBeUndefined()
    expect(kept).toBe(0)
  })

  it.each([
    [
      'is another change',
      (held: HeldChange) => ({ ...held, changeSet: { ...held.changeSet, treeSha: '9'.repeat(40) } }),
    ],
    [
      'was blocked',
      (held: HeldChange) => ({
        ...held,
        summary: { ...held.summary, gates: [{ gate: 'secrets' as const, verdict: 'block' as const, findings: [] }] },
      }),
    ],
  ])('is void where what is kept %s', async (_what, spoil) => {
    const { second, log } = await approve('hold', spoil)

    expect(second?.outcome).toMatchObject({ outcome: 'refused', reason: 'approval-void' })
    expect(log.filter((entry) => /^(stage|hand off)/.test(entry))).toEqual([])
  })
})
