import pino from 'pino'
import { describe, expect, it } from 'vitest'
import { askForMissed, type DeliveryBook, type SentDeliveries } from '../../../app/intake/ask-for-missed.ts'
import { GitHubError } from '../../../app/intake/github-error.ts'
import type { ListedDelivery } from '../../../app/intake/missed-deliveries.ts'
import type { DeliveryState } from '../../../worker/contract/index.ts'

const start = Date.parse('2026-11-29T12:00:00.000Z')
const { signal } = new AbortController()

/** A book in memory, a list that the test fills, and a clock that it turns. */
function openDesk(again: (id: number) => void = () => undefined, reconcile: () => void = () => undefined) {
  const listed: ListedDelivery[] = []
  const asked: number[] = []
  const reconciled: string[] = []
  let state: DeliveryState | null = null
  let taken = false
  const book: DeliveryBook = {
    async take() {
      if (taken) return false
      taken = true
      return true
    },
    async release() {
      taken = false
    },
    read: async () => state,
    async write(written) {
      state = written
    },
  }
  const sent: SentDeliveries = {
    since: async (from) => listed.filter(({ deliveredAt }) => Date.parse(deliveredAt) >= from),
    async again(id) {
      again(id)
      asked.push(id)
    },
  }
  let now = start
  const labels = async (since: number) => {
    reconcile()
    reconciled.push(new Date(since).toISOString())
    return 0
  }
  const deps = { sent, book, log: pino({ level: 'silent' }), now: () => now, reconcile: labels }
  const look = () => askForMissed(deps, signal)
  return {
    asked,
    reconciled,
    look,
    book,
    pass: (minutes: number) => {
      now += minutes * 60_000
    },
    send: (id: number, statusCode: number, guid = `guid-${id}`) => {
      const redelivery = listed.some((one) => one.guid === guid)
      listed.push({ id, guid, statusCode, redelivery, wanted: true, deliveredAt: new Date(now).toISOString() })
    },
  }
}

describe('looking for missed deliveries', () => {
  it('asks for each once, until it fails again', async () => {
    const desk = openDesk()
    await desk.look()
    desk.pass(1)
    desk.send(1, 503)
    desk.send(2, 202)
    await desk.look()
    await desk.look()
    expect(desk.asked).toEqual([1])

    desk.pass(3)
    desk.send(3, 0, 'guid-1')
    await desk.look()
    expect(desk.asked).toEqual([1, 3])

    desk.send(4, 202, 'guid-1')
    desk.pass(600)
    await desk.look()
    await desk.look()
    expect(desk.asked).toEqual([1, 3])
  })

  it('finds what came while nobody looked for a day', async () => {
    const desk = openDesk()
    await desk.look()
    desk.pass(60)
    desk.send(1, 0)
    desk.pass(24 * 60)

    await desk.look()

    expect(desk.asked).toEqual([1])
  })

  it('leaves it to another app that is looking', async () => {
    const desk = openDesk()
    desk.send(1, 503)
    await desk.book.take(1000)
    await desk.look()
    expect(desk.asked).toEqual([])

    await desk.book.release()
    await desk.look()
    expect(desk.asked).toEqual([1])
  })

  it('goes on with the others when GitHub has one no longer', async () => {
    const desk = openDesk((id) => {
      if (id === 1) throw new GitHubError('not-found', 'gone')
    })
    desk.send(1, 503)
    desk.send(2, 503)

    await desk.look()

    expect(desk.asked).toEqual([2])
  })

  it('stops at a rate limit, and asks for the rest and no other the next time', async () => {
    let limited = true
    const desk = openDesk((id) => {
      if (id === 2 && limited) throw new GitHubError('rate-limited', 'slower')
    })
    for (const id of [1, 2, 3]) desk.send(id, 503)

    await expect(desk.look()).rejects.toMatchObject({ code: 'rate-limited' })
    expect(desk.asked).toEqual([1])
    limited = false
    await desk.look()

    expect(desk.asked).toEqual([1, 2, 3])
  })

  it('does not ask for everything at once after an outage', async () => {
    const desk = openDesk()
    for (let id = 1; id <= 450; id += 1) desk.send(id, 503)

    await desk.look()
    expect(desk.asked).toHaveLength(200)
    await desk.look()
    await desk.look()

    expect(new Set(desk.asked).size).toBe(450)
    expect(desk.asked).toHaveLength(450)
  })
})

describe('an outage', () => {
  const days = (count: number) => count * 24 * 60

  it('that is longer than GitHub keeps its deliveries has labels looked for since then, once', async () => {
    const desk = openDesk()
    await desk.look()
    desk.pass(days(4))

    await desk.look()
    desk.pass(3)
    await desk.look()

    expect(desk.reconciled).toEqual(['2026-11-29T12:00:00.000Z'])
  })

  it('that is shorter has not, nor has the first look of all', async () => {
    const desk = openDesk()
    await desk.look()
    desk.pass(days(2))
    await desk.look()

    expect(desk.reconciled).toEqual([])
  })

  it('is made up for by the next look where GitHub failed meanwhile, from the same moment', async () => {
    let fails = true
    const desk = openDesk(undefined, () => {
      if (fails) throw new GitHubError('unavailable', 'away')
    })
    await desk.look()
    desk.pass(days(4))
    await expect(desk.look()).rejects.toMatchObject({ code: 'unavailable' })
    fails = false
    desk.pass(3)

    await desk.look()
    await desk.look()

    expect(desk.reconciled).toEqual(['2026-11-29T12:00:00.000Z'])
  })
})
