/** Sends webhooks as GitHub does. Bodies and signatures are made before the clock starts. */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { createDeliveryRequest } from '../../test/github/webhooks/delivery-request.ts'
import { servePart } from '../start-part.ts'
import { type Load, type LoadResult, loadSchema } from './load.ts'
import { createRawSender, rawDelivery } from './raw-sender.ts'

const settings = z
  .object({ PAYLOAD_FILE: z.string(), SECRET: z.string(), APP_ID: z.coerce.number(), ISSUES: z.coerce.number() })
  .parse(process.env)
const payloadSchema = z.looseObject({ issue: z.looseObject({ number: z.int() }) })
const payload = payloadSchema.parse(JSON.parse(readFileSync(settings.PAYLOAD_FILE, 'utf8')))
const newest = Date.now()

/** An event of its own: another issue, or another moment. As it goes over the wire. */
function deliveryOf(url: URL, index: number): Buffer {
  const secondsAgo = Math.floor(index / settings.ISSUES)
  const updated_at = `${new Date(newest - secondsAgo * 1000).toISOString().slice(0, 19)}Z`
  const issue = { ...payload.issue, number: 1 + (index % settings.ISSUES), updated_at }
  const { APP_ID: appId, SECRET: secret } = settings
  const source = { appId, secret, event: 'issues', guid: randomUUID(), payload: { ...payload, issue } }
  return rawDelivery(url, createDeliveryRequest(source))
}

async function run({ url, from, count, pace }: Load): Promise<LoadResult> {
  const to = new URL(url)
  const deliveries = Array.from({ length: count }, (_, index) => deliveryOf(to, from + index))
  using sender = createRawSender(Number(to.port))
  const latencies: number[] = []
  const statuses: Record<string, number> = {}
  const startedAt = performance.now()
  const deliver = async (index: number, dueAt: number) => {
    const delivery = deliveries[index]
    if (delivery === undefined) return
    const status = await sender.send(delivery)
    latencies.push(performance.now() - dueAt)
    statuses[status] = (statuses[status] ?? 0) + 1
  }
  if ('concurrency' in pace) {
    let next = 0
    const one = async () => {
      while (next < count) await deliver(next++, performance.now())
    }
    await Promise.all(Array.from({ length: pace.concurrency }, one))
  } else {
    const underway: Promise<void>[] = []
    for (let index = 0; index < count; index += 1) {
      const dueAt = startedAt + (index * 1000) / pace.perSecond
      // Late timers send what is due at once: a slow moment must not thin out the load.
      if (dueAt > performance.now()) await sleep(dueAt - performance.now())
      underway.push(deliver(index, Math.min(dueAt, performance.now())))
    }
    await Promise.all(underway)
  }
  return { latencies, elapsedMs: performance.now() - startedAt, statuses }
}

servePart({}, { answer: (message) => run(loadSchema.parse(message)) })
