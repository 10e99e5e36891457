import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Weight } from '../../../worker/sandbox/cgroup/group-settings.ts'
import { weighStart } from '../../../worker/sandbox/cgroup/weigh-start.ts'

const weighed = () => {
  const weights: Weight[] = []
  return { weights, group: { weigh: (as: Weight) => void weights.push(as) } }
}

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

it('gives a sandbox the usual weight until its command is there', () => {
  const { weights, group } = weighed()

  const start = weighStart(group)
  const before = [...weights]
  start.over()

  expect([before, weights]).toEqual([['start'], ['start', 'job']])
  expect(vi.getTimerCount()).toBe(0)
})

it('takes it back at the end of a command that nobody saw begin', () => {
  const { weights, group } = weighed()

  {
    using _start = weighStart(group)
  }

  expect(weights).toEqual(['start', 'job'])
})

it('takes it back where nobody says that the command is there, as an engine that a job has silenced', () => {
  const { weights, group } = weighed()

  weighStart(group)
  vi.runAllTimers()

  expect(weights).toEqual(['start', 'job'])
})
