import { describe, expect, it } from 'vitest'
import type { Severity } from '../../worker/contract/index.ts'
import type { Attempt } from '../../worker/pipeline/job.ts'
import type { BlockedChange, BlockedChanges } from '../../worker/pipeline/ports/index.ts'
import { runJob } from '../../worker/pipeline/run-job.ts'
import { attemptOf, createWorld, portsOf, requestOf, type World } from './fakes.ts'

/** A job whose gate says `severity`, where the operator wants blocked changes kept, and what is kept at its end. */
async function run(
  severity: Severity,
  changes: Partial<World> = {},
  attempt: Partial<Attempt> = {},
  keep: BlockedChanges['keep'] = async () => new Date(0),
) {
  const world = createWorld(changes)
  const kept = new Map<string, BlockedChange>()
  const blocked: BlockedChanges = {
    async keep(request, change) {
      kept.set(request.id, change)
      return keep(request, change)
    },
    forget: async (jobId) => void kept.delete(jobId),
  }
  const finding = { gate: 'size', rule: 'r', severity, path: 'a', line: null, message: 'm' } as const
  const gates = [{ name: 'size' as const, check: () => [finding] }]
  const summary = await runJob(requestOf(), attemptOf(world, attempt), { ...portsOf(world), gates, blocked })
  return { summary, kept: [...kept.values()], world }
}

describe('a blocked change that the operator wants kept', () => {
  it('is kept as a patch with its findings, and not as files that could be published', async () => {
    const { summary, kept, world } = await run('block')

    expect(summary).toMatchObject({ outcome: { outcome: 'blocked' }, blocked: { until: new Date(0).toISOString() } })
    expect(kept).toMatchObject([{ kind: 'blocked', patch: world.patch, summary: { report: { findings: [{}] } } }])
    expect(kept[0]).not.toHaveProperty('changeSet')
  })

  it.each(['hold', 'note'] as const)('is none where the worst is a %s', async (severity) => {
    const { summary, kept } = await run(severity)

    expect(kept).toEqual([])
    expect(summary.blocked).toBeUndefined()
  })

  it('is none where it is too large, and that is said', async () => {
    const { summary, kept } = await run('block', { patch: null })

    expect(kept).toEqual([])
    expect(summary).toMatchObject({ outcome: { outcome: 'blocked' }, blocked: { until: null } })
  })

  it('is forgotten where its job was cancelled meanwhile', async () => {
    const stop = new AbortController()
    const { summary, kept } = await run('block', {}, { signal: stop.signal }, async () => {
      stop.abort('by-person')
      return new Date(0)
    })

    expect(summary.outcome).toEqual({ outcome: 'cancelled', reason: 'by-person' })
    expect(summary.blocked).toBeUndefined()
    expect(kept).toEqual([])
  })

  it('is not kept by an attempt that has lost its job', async () => {
    const { kept } = await run('block', { fenceHeld: false }).catch(() => ({ kept: [] }))

    expect(kept).toEqual([])
  })
})
