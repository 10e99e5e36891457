import { expect, it, vi } from 'vitest'
import { groupWrites } from '../../worker/queue/group-writes.ts'

it('writes at once what is asked for in one turn, in order, and gives each its own result', async () => {
  const write = vi.fn(async (items: readonly number[]) => items.map((item) => item * 10))
  const ask = groupWrites(3, write)

  const results = await Promise.all([1, 2, 3, 4].map(ask))

  expect(results).toEqual([10, 20, 30, 40])
  expect(write.mock.calls).toEqual([[[1, 2, 3]], [[4]]])
})

it('gathers what is asked for while a write is under way', async () => {
  const first = Promise.withResolvers<readonly number[]>()
  const write = vi.fn((items: readonly number[]) => (items.includes(1) ? first.promise : done(items)))
  const ask = groupWrites(3, write)
  const asked = [ask(1)]
  await new Promise((resolve) => setImmediate(resolve))

  for (const item of [2, 3, 4, 5]) {
    asked.push(ask(item))
    await new Promise((resolve) => setImmediate(resolve))
  }
  first.resolve([1])

  expect(await Promise.all(asked)).toEqual([1, 2, 3, 4, 5])
  expect(write.mock.calls).toEqual([[[1]], [[2, 3, 4]], [[5]]])
})

it('goes on after a write that failed', async () => {
  const ask = groupWrites(3, (items: readonly string[]) =>
    items.includes('bad') ? Promise.reject(new Error('away')) : done(items),
  )

  const ends = [...(await Promise.allSettled([ask('bad')])), ...(await Promise.allSettled([ask('good')]))]

  expect(ends.map(({ status }) => status)).toEqual(['rejected', 'fulfilled'])
})

it('fails all whose write failed, and no others', async () => {
  const ask = groupWrites(2, (items: readonly string[]) =>
    items.includes('bad') ? Promise.reject(new Error('away')) : done(items),
  )

  const ends = await Promise.allSettled(['one', 'bad', 'two'].map(ask))

  expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled'])
})

it('acknowledges nothing that a write did not answer for', async () => {
  const ask = groupWrites(2, async () => ['only one'])

  const ends = await Promise.allSettled(['one', 'two'].map(ask))

  expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
})

async function done<T>(items: readonly T[]): Promise<readonly T[]> {
  return items
}
