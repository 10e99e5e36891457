import { expect, it, vi } from 'vitest'
import { groupWrites } from '../../worker/queue/group-writes.ts'

it('writes at once what is asked for in one turn, in order, and gives each its own result', async () => {
  const write = vi.fn(async (items: readonly number[]) => items.map((item) => item * 10))
  const ask = groupWrites(3, write)

  const results = await Promise.all([1, 2, 3, 4].map(ask))

  expect(results).toEqual([10, 20, 30, 40])
  expect(write.mock.calls).toEqual([[[1, 2, 3]], [[4]]])
})

it('does not keep one waiting for what is under way', async () => {
  const stuck = Promise.withResolvers<readonly string[]>()
  const ask = groupWrites(3, (items: readonly string[]) => (items.includes('slow') ? stuck.promise : done(items)))
  const slow = ask('slow')
  await new Promise((resolve) => setImmediate(resolve))

  const quick = await ask('quick')

  stuck.resolve(['slow'])
  expect([quick, await slow]).toEqual(['quick', 'slow'])
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

async function done(items: readonly string[]): Promise<readonly string[]> {
  return items
}
