import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createIdleHold } from '../../worker/github/idle-hold.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function counted(end: () => Promise<void> = async () => {}) {
  const seen: string[] = []
  const open = () => {
    seen.push('opened')
    return {
      async [Symbol.asyncDispose]() {
        seen.push('ended')
        await end()
      },
    }
  }
  return { seen, open }
}
const work = async () => {}

it('keeps what it opened while it is used, and ends it when it has not been used for a while', async () => {
  const { seen, open } = counted()
  const hold = createIdleHold(30_000, () => undefined)

  for (const _edit of [1, 2, 3]) {
    await hold.use(open, work)
    await vi.advanceTimersByTimeAsync(20_000)
  }
  expect(seen).toEqual(['opened'])

  await vi.advanceTimersByTimeAsync(30_000)
  expect(seen).toEqual(['opened', 'ended'])

  await hold.use(open, work)
  await hold[Symbol.asyncDispose]()
  expect(seen).toEqual(['opened', 'ended', 'opened', 'ended'])
})

it('tells of an end that failed, which nobody waits for, and throws nothing', async () => {
  const { open } = counted(async () => {
    throw new Error('away')
  })
  const errors: unknown[] = []
  const hold = createIdleHold(30_000, (error) => errors.push(error))
  await hold.use(open, work)

  await vi.advanceTimersByTimeAsync(30_000)
  await hold[Symbol.asyncDispose]()

  expect(errors).toMatchObject([{ message: 'away' }])
})
