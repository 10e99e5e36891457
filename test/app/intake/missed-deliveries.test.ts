import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  afterAsking,
  isDue,
  type ListedDelivery,
  lookFrom,
  updateMissed,
} from '../../../app/intake/missed-deliveries.ts'
import type { DeliveryState } from '../../../worker/contract/index.ts'

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs
const now = Date.parse('2026-11-29T12:00:00.000Z')
const at = (beforeMs: number) => new Date(now - beforeMs).toISOString()

function attempt(id: number, statusCode: number, more: Partial<ListedDelivery> = {}): ListedDelivery {
  return { id, guid: 'one', statusCode, redelivery: false, wanted: true, deliveredAt: at(minuteMs), ...more }
}
const missedAfter = (...listed: ListedDelivery[]) => updateMissed(null, listed, now).map(({ guid, id }) => [guid, id])

describe('a delivery', () => {
  it.each([0, 401, 404, 429, 500, 502, 503])('that was answered with %d is missed', (status) => {
    expect(missedAfter(attempt(1, status))).toEqual([['one', 1]])
  })

  it.each([200, 202])('that was answered with %d is not', (status) => {
    expect(missedAfter(attempt(1, status))).toEqual([])
  })

  it.each([400, 413])('whose body was refused with %d would be refused again', (status) => {
    expect(missedAfter(attempt(1, status))).toEqual([])
  })

  it('that can ask for nothing is not missed', () => {
    expect(missedAfter(attempt(1, 503, { wanted: false }), attempt(2, 503, { guid: 'two' }))).toEqual([['two', 2]])
  })

  it('is missed no more when a later attempt was taken, in whatever order they are listed', () => {
    expect(missedAfter(attempt(2, 202), attempt(1, 503))).toEqual([])
    expect(missedAfter(attempt(3, 503), attempt(2, 503))).toEqual([['one', 3]])
  })

  it('is given up when GitHub keeps it no longer', () => {
    const old = attempt(1, 503, { deliveredAt: at(3 * dayMs + 1) })
    expect(missedAfter(old, attempt(2, 503, { guid: 'two', deliveredAt: at(3 * dayMs - 1) }))).toEqual([['two', 2]])
  })
})

it('a delivery is given up three days after its first attempt, however often it failed since', () => {
  const again = (id: number, days: number) => attempt(id, 503, { redelivery: true, deliveredAt: at(-days * dayMs) })
  let missed = updateMissed(null, [attempt(1, 503)], now)
  missed = updateMissed({ lookedAt: at(0), missed: [...missed] }, [again(2, 2.9)], now + 2.9 * dayMs)
  expect(missed.map(({ id }) => id)).toEqual([2])

  missed = updateMissed({ lookedAt: at(-2.9 * dayMs), missed: [...missed] }, [again(2, 2.9)], now + 3 * dayMs)
  expect(missed).toEqual([])
  // The next look sees the last redelivery once more.
  expect(updateMissed({ lookedAt: at(-3 * dayMs), missed: [] }, [again(2, 2.9)], now + 3 * dayMs)).toEqual([])
})

describe('looking again', () => {
  it('sees the same attempts again and forgets nothing of how often they were asked for', () => {
    const asked = updateMissed(null, [attempt(1, 503)], now).map((one) => afterAsking(one, now))
    const state: DeliveryState = { lookedAt: at(0), missed: [...asked] }

    expect(updateMissed(state, [attempt(1, 503)], now)).toEqual(asked)
    expect(updateMissed(state, [attempt(1, 503), attempt(2, 503)], now)).toEqual([{ ...asked[0], id: 2 }])
    expect(updateMissed(state, [attempt(2, 202)], now)).toEqual([])
  })

  it('is the same in one look or in two, wherever the list is cut', () => {
    const attempts = fc.array(
      fc.record({ guid: fc.constantFrom('one', 'two', 'three'), statusCode: fc.constantFrom(0, 202, 400, 503) }),
      { maxLength: 12 },
    )
    fc.assert(
      fc.property(attempts, fc.nat(12), fc.nat(12), (list, cut, overlap) => {
        const listed = list.map((one, index) => attempt(index + 1, one.statusCode, one))
        const first = updateMissed(null, listed.slice(0, cut), now)
        const rest = listed.slice(Math.max(0, cut - overlap))

        const second = updateMissed({ lookedAt: at(0), missed: [...first] }, rest, now)

        const guids = (missed: typeof first) => missed.map(({ guid, id }) => [guid, id])
        expect(guids(second)).toEqual(guids(updateMissed(null, listed, now)))
      }),
    )
  })

  it('begins a little before the last look, and never where GitHub has nothing left', () => {
    const lookedAt = (beforeMs: number): DeliveryState => ({ lookedAt: at(beforeMs), missed: [] })

    expect(lookFrom(lookedAt(3 * minuteMs), now)).toBe(now - 13 * minuteMs)
    expect(lookFrom(lookedAt(9 * dayMs), now)).toBe(now - 3 * dayMs)
    expect(lookFrom(null, now)).toBe(now - 10 * minuteMs)
  })

  it('asks at once, and then less and less often', () => {
    const [missed] = updateMissed(null, [attempt(1, 503)], now)
    if (missed === undefined) throw new Error('nothing is missed')
    const pauses: number[] = []
    for (let one = afterAsking(missed, now); pauses.length < 10; one = afterAsking(one, now)) {
      pauses.push((Date.parse(one.notBefore) - now) / minuteMs)
    }

    expect(isDue(missed, now)).toBe(true)
    expect(isDue(afterAsking(missed, now), now)).toBe(false)
    expect(isDue(afterAsking(missed, now), now + 2 * minuteMs)).toBe(true)
    expect(pauses).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 360, 360])
  })
})
