/** Sends webhooks as GitHub does. Bodies and signatures are made before the clock starts. */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { createDeliveryRequest } from '../../test/github/webhooks/delivery-request.ts'
import { servePart } from '../start-part.ts'
import { type Load, type LoadResult, loadSchema } from './load.ts'
import { sendDelivery } from './send-delivery.ts'

const settings = z
  .object({ PAYLOAD_FILE: z.string(), SECRET: z.string(), APP_ID: z.coerce.number(), ISSUES: z.coerce.number() })
  .parse(process.env)
const payloadSchema = z.looseObject({ issue: z.looseObject({ number: z.int() }) })
const payload = payloadSchema.parse(JSON.parse(readFileSync(settings.PAYLOAD_FILE, 'utf8')))
const newest = Date.now()

/** An event of its own: another issue, or another moment. */
function deliveryOf(index: number) {
  const secondsAgo = Math.floor(index / settings.ISSUES)
  const updated_at = `${new Date(newest - secondsAgo * 1000).toISOString().slice(0, 19)}Z`
  const issue = { ...payload.issue, number: 1 + (index % settings.ISSUES), updated_at }
  const { APP_ID: appId, SECRET: secret } = settings
  return createDeliveryRequest({ appId, secret, event: 'issues', guid: randomUUID(), payload: { ...payload, issue } })
}

async function run({ url, from, count, perSecond, concurrency }: Load): Promise<LoadResult> {
  const deliveries = Array.from({ length: count }, (_, index) => deliveryOf(from + index))
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency })
  const latencies: number[] = []
  const statuses: Record<string, number> = {}
  const startedAt = performance.now()
  const deliver = async (index: number, dueAt: number) => {
    const delivery = deliveries[index]
    if (delivery === undefined) return
    const status = await sendDelivery(url, agent, delivery)
    latencies.push(performance.now() - dueAt)
    statuses[status] = (statuses[status] ?? 0) + 1
  }
  if (perSecond === null) {
    let next = 0
    const one = async () => {
      while (next < count) await deliver(next++, performance.now())
    }
    await Promise.all(Array.from({ length: concurrency }, one))
  } else {
    const underway: Promise<void>[] = []
    for (let index = 0; index < count; index += 1) {
      const dueAt = startedAt + (index * 1000) / perSecond
      // Late timers send what is due at once: a slow moment must not thin out the load.
      if (dueAt > performance.now()) await sleep(dueAt - performance.now())
      underway.push(deliver(index, Math.min(dueAt, performance.now())))
    }
    await Promise.all(underway)
  }
  agent.destroy()
  return { latencies, elapsedMs: performance.now() - startedAt, statuses }
}

servePart({}, { answer: (message) => run(loadSchema.parse(message)) })
