import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ExecRequest } from '../../worker/pipeline/ports/index.ts'
import { runJob } from '../../worker/pipeline/run-job.ts'
import { createSilenceWatch } from '../../worker/pipeline/silence-watch.ts'
import { attemptOf, createWorld, exited, portsOf, requestOf } from './fakes.ts'

describe('the watch on silence', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('waits anew after each sign of life, and speaks up after the last', () => {
    using watch = createSilenceWatch(1000)

    vi.advanceTimersByTime(900)
    watch.noticed()
    vi.advanceTimersByTime(900)
    const before = watch.signal.aborted
    vi.advanceTimersByTime(100)

    expect([before, watch.signal.aborted]).toEqual([false, true])
  })

  it('waits for ever where nothing bounds it', () => {
    using watch = createSilenceWatch(undefined)

    vi.advanceTimersByTime(24 * 3600_000)

    expect(watch.signal.aborted).toBe(false)
  })

  it('is over with what it watches', () => {
    const watch = createSilenceWatch(1000)
    watch[Symbol.dispose]()

    expect(vi.getTimerCount()).toBe(0)
    expect(watch.signal.aborted).toBe(false)
  })
})

describe('an agent that falls silent', () => {
  const request = requestOf({ silenceMs: 50 })
  /** Ends only when it is stopped. */
  const stall = async ({ signal }: ExecRequest) => {
    if (!signal.aborted) await once(signal, 'abort')
    return { ...exited, ended: 'cancelled', exitCode: null } as const
  }

  it('is stopped as stalled, and nothing is published', async () => {
    const world = createWorld({ exec: async (phase, exec) => (phase === 'agent' ? stall(exec) : exited) })

    const { outcome } = await runJob(request, attemptOf(world), portsOf(world))

    expect(outcome).toMatchObject({ outcome: 'failed', reason: 'agent-stalled' })
    expect(world.log).not.toContain('stage')
  })

  it('is told apart from one that a person cancels', async () => {
    const cancelled = new AbortController()
    const world = createWorld({
      exec: async (phase, exec) => {
        if (phase === 'agent') cancelled.abort('by-person')
        return phase === 'agent' ? stall(exec) : exited
      },
    })

    const attempt = attemptOf(world, { signal: cancelled.signal })
    const { outcome } = await runJob(request, attempt, portsOf(world))

    expect(outcome).toEqual({ outcome: 'cancelled', reason: 'by-person' })
  })

  it('is let alone during setup, whose tools may be quiet for long', async () => {
    const world = createWorld({
      exec: async (phase, { signal }) => {
        if (phase === 'setup') await new Promise((resolve) => setTimeout(resolve, 100))
        return signal.aborted ? { ...exited, ended: 'cancelled' } : exited
      },
    })

    const { outcome } = await runJob(request, attemptOf(world), portsOf(world))

    expect(outcome.outcome).toBe('published')
  })
})
