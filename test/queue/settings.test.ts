import { expect, it } from 'vitest'
import { productionTiming } from '../../worker/queue/settings.ts'

/** From the kill of a worker to the start of the next attempt. */
const promisedMs = 30_000
/** For the next attempt to be handed out and begun. */
const spareMs = 5000

it('finds a dead worker within what is promised: its lock runs out, and the second stalled check after that sees it', () => {
  const { lockMs, stalledCheckMs } = productionTiming

  expect(lockMs + 2 * stalledCheckMs + spareMs).toBeLessThanOrEqual(promisedMs)
})

it('looks for accepted entries that were not handed over as often', () => {
  expect(productionTiming.sweepMs).toBeLessThanOrEqual(promisedMs - spareMs)
})
