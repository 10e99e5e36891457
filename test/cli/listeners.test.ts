import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { availableParallelism } from 'node:os'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { burstBytes } from '../../app/intake/create-burst-watch.ts'
import { webhookPath } from '../../app/server.ts'
import { startServer } from '../../cli/wiring/app/listeners/start-server.ts'
import { labeled } from '../app/webhooks/payloads.ts'
import { secret, signedHeaders } from '../app/webhooks/start-app.ts'
import { portOf } from '../broker/broker-world.ts'
import { silent, startRedis, type TestRedis } from '../queue/start-redis.ts'

let redis: TestRedis

beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis[Symbol.asyncDispose]())

const handedOver: string[] = []
/** Of the main thread, which answers what it is given as accepted and writes down nothing. */
const here = { accept: async () => 'accepted' as const, acceptLife: async () => 'accepted' as const }

function start(port = 0) {
  return startServer({
    ...{ redisUrl: redis.server.url, webhookSecret: secret, host: '127.0.0.1', port, log: silent },
    ...{ intake: here, pulls: here, burst: new SharedArrayBuffer(burstBytes), logLevel: 'fatal' },
    rest: async (request, response) => {
      response.end(`here: ${request.url}`)
    },
    handOver: (queue, { id }) => handedOver.push(`${queue} ${id}`),
  })
}

/** How many sockets listen on a port, as the kernel lists them. */
async function listening(port: number): Promise<number> {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  const lines = (await readFile('/proc/net/tcp', 'utf8')).split('\n')
  return lines.filter((line) => line.includes(`0100007F:${hex} 00000000:0000 0A`)).length
}

/** Now, or it would be an old one. */
const asked = { ...labeled, issue: { ...labeled.issue, updated_at: new Date().toISOString() } }

async function deliver(port: number, issue: number): Promise<number> {
  const body = JSON.stringify({ ...asked, issue: { ...asked.issue, number: issue } })
  const headers = { ...(await signedHeaders(body, 'issues')), connection: 'close' }
  return (await fetch(`http://127.0.0.1:${port}${webhookPath}`, { method: 'POST', body, headers })).status
}

it('shares its port between two threads: what the second takes is in Redis, and handed over to the first', async () => {
  const server = await start()

  // Each over a connection of its own: that all of them come to one of two threads is one in 2^39.
  const statuses = await Promise.all(Array.from({ length: 40 }, (_, index) => deliver(server.port, 1 + index)))
  const listeners = await listening(server.port)
  await server.close(5000)

  const entries = await redis.redis.keys('airlock:ledger:intake:entry:*')
  const written = entries.map((key) => `intake ${key.split(':').at(-1)}`)
  expect(statuses).toEqual(Array(40).fill(202))
  expect(listeners).toBe(Math.min(2, availableParallelism()))
  expect(written.length > 0).toBe(availableParallelism() > 1)
  expect(written.length).toBeLessThan(40)
  expect(written.toSorted()).toEqual(handedOver.toSorted())
  expect(await listening(server.port)).toBe(0)
})

it('answers what is no webhook in the main thread, whichever the kernel gave it to', async () => {
  const server = await start()
  const ask = async () => {
    const response = await fetch(`http://127.0.0.1:${server.port}/health`, { headers: { connection: 'close' } })
    return response.text()
  }

  const answers = await Promise.all(Array.from({ length: 40 }, ask))

  expect(answers).toEqual(Array(40).fill('here: /health'))
  await server.close(5000)
})

it('says what to do where its port is taken, though listeners share theirs', async () => {
  const first = await start()
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')

  const problem = { name: 'SettingsError', message: expect.stringContaining('something listens there already') }
  await expect(start(first.port)).rejects.toMatchObject(problem)
  await expect(start(portOf(other))).rejects.toMatchObject(problem)

  other.close()
  await first.close(5000)
  const again = await start(first.port)
  await again.close(5000)
})
