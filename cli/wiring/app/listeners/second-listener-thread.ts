/**
 * Takes webhooks beside the main thread and writes them down. What the app does about those that it took before, in the
 * main thread, does not keep these waiting. Imports as little as it can: all of it is in memory twice.
 */
import { once } from 'node:events'
import { parentPort, workerData } from 'node:worker_threads'
import { createForward } from '../../../../app/forward.ts'
import { createBurstWatch } from '../../../../app/intake/create-burst-watch.ts'
import { createAppServer } from '../../../../app/server.ts'
import { createAccept, type EventOf } from '../../../../worker/queue/accept-event.ts'
import { connectRedis } from '../../../../worker/queue/connect-redis.ts'
import { createLogger } from '../../create-logger.ts'
import { type Accepted, endSchema, listenerDataSchema, type Said } from './messages.ts'

const data = listenerDataSchema.parse(workerData)
const port = parentPort
if (port === null) throw new Error('the second listener is a thread of the app')
const say = (said: Said) => port.postMessage(said)

/** In a burst many are written down in one turn: a message for each is dear for both threads. */
let untold: Accepted[] = []
function tellAccepted(accepted: Accepted): void {
  if (untold.length === 0) setImmediate(tellAll)
  untold.push(accepted)
}
function tellAll(): void {
  say({ kind: 'accepted', entries: untold })
  untold = []
}

const log = createLogger({ LOG_LEVEL: data.logLevel }, 'app')
const redis = await connectRedis({ url: data.redisUrl, log })
const burst = createBurstWatch(data.burst)
const acceptInto = <Name extends keyof EventOf>(queue: Name) =>
  createAccept(redis, queue, (entry) => tellAccepted({ queue, entry }))
const [accept, acceptPull, acceptLife] = [acceptInto('intake'), acceptInto('pulls'), acceptInto('life')]
const server = createAppServer({
  webhookSecret: data.webhookSecret,
  intake: { accept: (event) => burst.deliver(() => accept(event)), acceptLife },
  pulls: { accept: (event) => burst.deliver(() => acceptPull(event)) },
  rest: createForward(data.restSocket, log),
  log,
})
const told = once(port, 'message')
await server.listen({ host: data.host, port: data.port, reusePort: true })
say({ kind: 'listening' })

const [end] = await told
await server.close(endSchema.parse(end).graceMs)
redis.disconnect()
