import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ClickEvent, IntakeEvent, WrittenEvent } from '../../worker/contract/index.ts'
import { connectRedis } from '../../worker/queue/connect-redis.ts'
import { createIntake, type Intake } from '../../worker/queue/enqueue.ts'
import { intakeId } from '../../worker/queue/intake-id.ts'
import { ledgerEntryKey } from '../../worker/queue/ledger.ts'
import { processIntake } from '../../worker/queue/process-intake.ts'
import type { QueueProcess } from '../../worker/queue/process-queue.ts'
import { createThreadLine } from '../../worker/queue/thread-line.ts'
import { eventually } from './eventually.ts'
import { labelEvent } from './job-request.ts'
import { silent, startRedis, type TestRedis } from './start-redis.ts'

const timing = { lockMs: 5000, stalledCheckMs: 500, sweepMs: 100, backoffMs: 20 }
const never = new AbortController().signal

let test: TestRedis
let intake: Intake
let apps: { readonly running: QueueProcess; stop(): void }[]
beforeEach(async () => {
  test = await startRedis()
  intake = createIntake(test.redis)
  apps = []
})
afterEach(async () => {
  for (const { running, stop } of apps) {
    await running.close({ graceMs: 1000 })
    stop()
  }
  await intake[Symbol.asyncDispose]()
  await test[Symbol.asyncDispose]()
})

const eventOn = (number: number, nth: number): WrittenEvent => {
  const event = labelEvent(`label:${number}:${nth}`, `delivery-${number}-${nth}`)
  return { ...event, subject: { ...event.subject, number } }
}

/** A button that was pressed; it does not say where. */
function pressOn(number: number, nth: number): ClickEvent {
  const eventKey = `press:${number}:${nth}`
  const event = labelEvent(eventKey, `press-${number}-${nth}`)
  const { version, deliveryId, installationId, sender, occurredAt, receivedAt } = event
  return {
    ...{ version, deliveryId, installationId, repository, sender, occurredAt, receivedAt, kind: 'click', eventKey },
    ...{ pressKey: eventKey, appId: 7, on: { kind: 'job', jobId: 'a'.repeat(24) }, pressed: { kind: 'again' } },
  }
}

const { repository } = labelEvent('label:0:0', 'delivery')
const placeOf = ({ eventKey }: IntakeEvent) => ({ repository: repository.id, number: Number(eventKey.split(':')[1]) })

const labelKey = ({ kind, eventKey }: IntakeEvent) => (kind === 'label' ? [eventKey] : [])

/** An app with a connection of its own. */
async function startApp(handle: (event: IntakeEvent) => Promise<void>): Promise<void> {
  const redis = await connectRedis({ url: test.server.url, log: silent })
  const line = createThreadLine(redis)
  const running = processIntake(
    {
      ...{ redis, log: silent, concurrency: 4, onDeadLetter: async () => undefined },
      handle: (event, { signal }) => line.run(event, placeOf(event), () => handle(event), signal),
    },
    timing,
  )
  apps.push({ running, stop: () => redis.disconnect() })
}

describe('events of one thread', () => {
  it('are handled one after the other in the order in which they came, by however many apps', async () => {
    const done: string[] = []
    let [running, most] = [new Set<number>(), 0]
    const handle = async (event: IntakeEvent) => {
      const [{ eventKey }, { number }] = [event, placeOf(event)]
      expect(running.has(number)).toBe(false)
      running = new Set([...running, number])
      most = Math.max(most, running.size)
      await sleep(5 + Math.random() * 20)
      done.push(eventKey)
      running = new Set([...running].filter((other) => other !== number))
    }
    const events = Array.from({ length: 8 }, (_, nth) => [1, 2, 3].map((number) => eventOn(number, nth))).flat()
    for (const event of events) await intake.accept(event)

    await Promise.all([startApp(handle), startApp(handle), startApp(handle)])
    await eventually(() => expect(done).toHaveLength(events.length))

    for (const number of [1, 2, 3]) {
      const own = done.filter((key) => key.startsWith(`label:${number}:`))
      expect(own).toEqual(Array.from({ length: 8 }, (_, nth) => `label:${number}:${nth}`))
    }
    // Those of other threads are not waited for.
    expect(most).toBeGreaterThan(1)
  })

  it('are handled one after the other where buttons are pressed too, by however many apps', async () => {
    const done: string[] = []
    let running = 0
    const handle = async ({ eventKey }: IntakeEvent) => {
      running += 1
      expect(running).toBe(1)
      await sleep(5 + Math.random() * 20)
      running -= 1
      done.push(eventKey)
    }
    const events = Array.from({ length: 6 }, (_, nth) => [eventOn(1, nth), pressOn(1, nth)]).flat()
    for (const event of events) await intake.accept(event)

    await Promise.all([startApp(handle), startApp(handle), startApp(handle)])
    await eventually(() => expect(done).toHaveLength(events.length))

    expect(done.filter((key) => key.startsWith('label:'))).toEqual(events.flatMap(labelKey))
    await eventually(async () => expect(await test.redis.keys('airlock:line:*')).toEqual([]))
  })

  it('keep their order where the queue hands out the last one first, and none waits for one that waits for it', async () => {
    const line = createThreadLine(test.redis)
    const events = Array.from({ length: 4 }, (_, nth) => eventOn(1, nth))
    for (const event of events) await intake.accept(event)
    const done: string[] = []

    const taken = events
      .toReversed()
      .map((event) => line.run(event, placeOf(event), async () => void done.push(event.eventKey), never))
    await Promise.all(taken)

    expect(done).toEqual(events.map(({ eventKey }) => eventKey))
  })

  it('do not wait for one that has to be tried again, nor for one that was given up', async () => {
    const line = createThreadLine(test.redis)
    const [first, second, third] = [eventOn(1, 0), eventOn(1, 1), eventOn(1, 2)]
    for (const event of [first, second, third]) await intake.accept(event)
    const fails = async () => {
      throw new Error('GitHub is away')
    }
    await expect(line.run(first, placeOf(first), fails, never)).rejects.toThrow('GitHub is away')
    await test.redis.hset(ledgerEntryKey('intake', intakeId(second.eventKey)), 'state', 'dead')

    expect(await line.run(third, placeOf(third), async () => 'handled', never)).toBe('handled')
    expect(await line.run(first, placeOf(first), async () => 'again', never)).toBe('again')
    expect(await test.redis.keys('airlock:line:*')).toEqual([])
  })

  it('do not wait for ever for one whose app died', async () => {
    const [first, second] = [eventOn(1, 0), eventOn(1, 1)]
    for (const event of [first, second]) await intake.accept(event)

    expect(await createThreadLine(test.redis, 300).run(second, placeOf(second), async () => 'handled', never)).toBe(
      'handled',
    )
  })
})
