/** Sends comments as GitHub does, all threads side by side: in each, the next when the one before was answered. */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { createDeliveryRequest } from '../../test/github/webhooks/delivery-request.ts'
import { servePart } from '../start-part.ts'
import { createRawSender, rawDelivery } from './raw-sender.ts'

const settings = z
  .object({ THREADS_FILE: z.string(), SECRET: z.string(), APP_ID: z.coerce.number(), CONCURRENCY: z.coerce.number() })
  .parse(process.env)
const threads = z.array(z.array(z.unknown())).parse(JSON.parse(readFileSync(settings.THREADS_FILE, 'utf8')))

async function run({ url }: { readonly url: string }) {
  const { APP_ID: appId, SECRET: secret, CONCURRENCY: mostConnections } = settings
  const to = new URL(url)
  using sender = createRawSender(Number(to.port))
  const prepared = threads.map((payloads) =>
    payloads.map((payload) =>
      rawDelivery(to, createDeliveryRequest({ appId, secret, event: 'issue_comment', guid: randomUUID(), payload })),
    ),
  )
  const latencies: number[] = []
  let accepted = 0
  let open = 0
  const waiting: (() => void)[] = []
  /** The clock of a delivery starts when it has a connection: how many GitHub opens at once is not the app's doing. */
  const connection = async () => {
    if (open >= mostConnections) await new Promise<void>((resolve) => waiting.push(resolve))
    else open += 1
  }
  const done = () => {
    const next = waiting.shift()
    if (next === undefined) open -= 1
    else next()
  }
  await Promise.all(
    prepared.map(async (deliveries) => {
      for (const delivery of deliveries) {
        await connection()
        const dueAt = performance.now()
        const status = await sender.send(delivery).finally(done)
        latencies.push(performance.now() - dueAt)
        if (status === 202) accepted += 1
      }
    }),
  )
  return { latencies, accepted }
}

servePart({}, { answer: (message) => run(z.object({ url: z.string() }).parse(message)) })
