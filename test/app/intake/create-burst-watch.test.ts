import { expect, it } from 'vitest'
import { createBurstWatch } from '../../../app/intake/create-burst-watch.ts'

const { signal } = new AbortController()

function watchAt(start: number) {
  const clock = { now: start }
  return { clock, watch: createBurstWatch(() => clock.now) }
}

async function endsAtOnce(over: Promise<void>): Promise<boolean> {
  const turn = new Promise<boolean>((resolve) => setImmediate(() => resolve(false)))
  return Promise.race([over.then(() => true), turn])
}

it('lets no event wait at two hundred deliveries a second', async () => {
  const { clock, watch } = watchAt(1000)

  for (let delivery = 0; delivery < 400; delivery += 1) {
    watch.noticed()
    clock.now += 5
  }

  expect(await endsAtOnce(watch.over(signal))).toBe(true)
})

it('lets an event wait until a burst is over', async () => {
  const { clock, watch } = watchAt(1000)
  for (let delivery = 0; delivery < 400; delivery += 1) watch.noticed()

  const over = watch.over(signal)
  const before = await endsAtOnce(over)
  clock.now += 100

  await over
  expect(before).toBe(false)
})

it('lets no event wait for more than two seconds, however long a burst lasts', async () => {
  const { watch } = watchAt(1000)
  for (let delivery = 0; delivery < 50; delivery += 1) watch.noticed()
  const started = Date.now()

  await watch.over(signal)

  expect(Date.now() - started).toBeGreaterThan(1500)
})

it('lets an event that is given back wait no longer', async () => {
  const { watch } = watchAt(1000)
  for (let delivery = 0; delivery < 50; delivery += 1) watch.noticed()
  const stop = new AbortController()
  const over = watch.over(stop.signal)

  stop.abort()

  await expect(over).rejects.toMatchObject({ name: 'AbortError' })
})
