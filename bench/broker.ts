import { z } from 'zod'
import { startForwarder } from '../test/broker/start-forwarder.ts'
import type { Bench } from './bench.ts'
import { type Client, concurrency, createClient, type Way } from './broker/client.ts'
import { startTinyproxy } from './broker/tinyproxy.ts'
import { upstreamName } from './broker/upstream-facts.ts'
import type { Figure, Unit } from './figure.ts'
import { interleave, summarise } from './measure.ts'
import { startPart } from './start-part.ts'

interface Measurement {
  readonly what: string
  readonly unit: Unit
  readonly rounds: number
  readonly run: (client: Client) => Promise<number>
}

const measurements: readonly Measurement[] = [
  {
    ...{ what: 'HTTP: a small request on an open connection', unit: 'ms', rounds: 120 },
    run: (client) => client.small(),
  },
  {
    ...{ what: `HTTP: small requests, ${concurrency} at a time`, unit: '/s', rounds: 5 },
    run: (client) => client.smallPerSecond(200),
  },
  { what: 'HTTP: one answer of 64 MiB', unit: 'MiB/s', rounds: 5, run: (client) => client.largeSpeed() },
  {
    ...{ what: 'CONNECT and TLS: connection and a small request', unit: 'ms', rounds: 60 },
    run: (client) => client.tlsSmall(),
  },
  { what: 'CONNECT and TLS: one answer of 64 MiB', unit: 'MiB/s', rounds: 5, run: (client) => client.tlsLargeSpeed() },
]

const upstreamSchema = z.object({ http: z.int(), https: z.int(), certificate: z.string() })
const brokerSchema = z.object({ socketPath: z.string() })

export const broker: Bench = {
  about: 'requests through the broker, straight to the server, and through tinyproxy and srt’s proxy, on loopback',
  async run({ say }) {
    await using stack = new AsyncDisposableStack()
    const upstream = stack.use(await startPart('broker/upstream-part.ts', upstreamSchema))
    const { http, https, certificate } = upstream.facts
    const env = { HTTP_PORT: String(http), HTTPS_PORT: String(https) }
    const door = stack.use(await startPart('broker/broker-part.ts', brokerSchema, env))
    const forwarder = stack.use(await startForwarder(door.facts.socketPath))
    const srt = stack.use(await startPart('broker/srt-part.ts', z.object({ port: z.int() }), env))
    const tinyproxy = await startTinyproxy()
    if ('why' in tinyproxy) say(`tinyproxy is left out: ${tinyproxy.why}`)

    const at = (port: number) => ({ http: { host: '127.0.0.1', port }, https: { host: '127.0.0.1', port } })
    const socket = { path: door.facts.socketPath, socketPath: door.facts.socketPath }
    const named = { http: upstreamName, https: `${upstreamName}:443` }
    const local = { http: `localhost:${http}`, https: `localhost:${https}` }
    const ways: Way[] = [
      { name: 'ours', ...at(forwarder.port), proxied: named },
      { name: 'direct', http: at(http).http, https: at(https).https, proxied: null },
      { name: 'socket', http: socket, https: socket, proxied: named },
      { name: 'srt', ...at(srt.facts.port), proxied: local },
      ...('why' in tinyproxy ? [] : [{ name: 'tinyproxy', ...at(stack.use(tinyproxy).port), proxied: local } as const]),
    ]
    const clients = new Map(ways.map((way) => [way.name, stack.use(createClient(way, certificate))] as const))
    say('client, proxies and server are processes of their own; as in a sandbox, a forwarder leads to ours')
    const figures: Figure[] = []
    for (const measurement of measurements) figures.push(...(await measure(measurement, clients)))
    return figures
  },
}

async function measure(
  { what, unit, rounds, run }: Measurement,
  clients: ReadonlyMap<Way['name'], Client>,
): Promise<Figure[]> {
  const sides = new Map(
    [...clients].map(([name, client]) => [name, async () => ({ value: await run(client) })] as const),
  )
  const samples = await interleave(sides, { rounds, warmUp: 2 })
  const of = (name: Way['name']) => summarise(samples.get(name) ?? [], 'value')
  const against = (name: Way['name'], text: string): Figure => ({
    ...{ what: text, unit, ours: of('ours'), other: { name, summary: of(name) }, aim: null },
  })
  return [
    against('direct', what),
    ...(clients.has('tinyproxy') ? [against('tinyproxy', '  beside tinyproxy')] : []),
    against('srt', '  beside srt’s proxy'),
    { ...against('direct', '  without the forwarder'), ours: of('socket') },
  ]
}
