import { describe, expect, it } from 'vitest'
import { burstBytes, createBurstWatch } from '../../../app/intake/create-burst-watch.ts'

const { signal } = new AbortController()

function watchAt(start: number, shared = new SharedArrayBuffer(burstBytes)) {
  const clock = { now: start }
  return { clock, watch: createBurstWatch(shared, () => clock.now) }
}

/** So many deliveries that are being acknowledged until `finish` is called. */
function deliverAtOnce(watch: ReturnType<typeof createBurstWatch>, count: number) {
  const { promise, resolve } = Promise.withResolvers<void>()
  const delivered = Array.from({ length: count }, () => watch.deliver(() => promise))
  return {
    async finish() {
      resolve()
      await Promise.all(delivered)
    },
  }
}

async function endsAtOnce(over: Promise<void>): Promise<boolean> {
  const turn = new Promise<boolean>((resolve) => setImmediate(() => resolve(false)))
  return Promise.race([over.then(() => true), turn])
}

describe('a burst of deliveries', () => {
  it('is none where they come one after the other, however many', async () => {
    const { watch } = watchAt(1000)

    for (let delivery = 0; delivery < 400; delivery += 1) await watch.deliver(async () => undefined)

    expect(await endsAtOnce(watch.over(signal))).toBe(true)
  })

  it('lets what an event asks wait while four are underway, and until it has been calm for a moment', async () => {
    const { clock, watch } = watchAt(1000)
    const burst = deliverAtOnce(watch, 4)

    const over = watch.over(signal)
    const during = await endsAtOnce(over)
    await burst.finish()
    const rightAfter = await endsAtOnce(watch.over(signal))
    clock.now += 100

    await over
    expect({ during, rightAfter }).toEqual({ during: false, rightAfter: false })
  })

  it('is one for all threads that share it', async () => {
    const shared = new SharedArrayBuffer(burstBytes)
    const [one, other] = [watchAt(1000, shared), watchAt(1000, shared)]
    const here = deliverAtOnce(one.watch, 2)
    const calm = await endsAtOnce(watchAt(1000, shared).watch.over(signal))
    const there = deliverAtOnce(other.watch, 2)

    const crowded = await endsAtOnce(watchAt(1000, shared).watch.over(signal))
    await here.finish()
    await there.finish()

    expect({ calm, crowded }).toEqual({ calm: true, crowded: false })
  })

  it('is over also when acknowledging failed', async () => {
    const { clock, watch } = watchAt(1000)
    const away = () => Promise.reject(new Error('the queue is away'))

    const ends = await Promise.allSettled(Array.from({ length: 4 }, () => watch.deliver(away)))
    clock.now += 100

    expect(ends.map(({ status }) => status)).toEqual(Array(4).fill('rejected'))
    expect(await endsAtOnce(watch.over(signal))).toBe(true)
  })

  it('lets nothing wait for ever, however long it lasts', async () => {
    const { watch } = watchAt(1000)
    const burst = deliverAtOnce(watch, 4)

    expect(await endsAtOnce(watch.over(signal))).toBe(false)
    await watch.over(signal)

    await burst.finish()
  })

  it('lets an event that is given back wait no longer', async () => {
    const { watch } = watchAt(1000)
    const burst = deliverAtOnce(watch, 4)
    const stop = new AbortController()
    const over = watch.over(stop.signal)

    stop.abort()

    await expect(over).rejects.toMatchObject({ name: 'AbortError' })
    await burst.finish()
  })
})
