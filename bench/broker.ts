import { z } from 'zod'
import { startForwarder } from '../test/broker/start-forwarder.ts'
import type { Bench } from './bench.ts'
import { type Client, concurrency, createClient } from './broker/client.ts'
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
    ...{ what: 'HTTP: a small request on an open connection', unit: 'ms', rounds: 300 },
    run: (client) => client.small(),
  },
  {
    ...{ what: `HTTP: small requests, ${concurrency} at a time`, unit: '/s', rounds: 7 },
    run: (client) => client.smallPerSecond(400),
  },
  { what: 'HTTP: one answer of 64 MiB', unit: 'MiB/s', rounds: 9, run: (client) => client.largeSpeed() },
  {
    ...{ what: 'CONNECT and TLS: connection and a small request', unit: 'ms', rounds: 150 },
    run: (client) => client.tlsSmall(),
  },
  { what: 'CONNECT and TLS: one answer of 64 MiB', unit: 'MiB/s', rounds: 9, run: (client) => client.tlsLargeSpeed() },
]

const upstreamSchema = z.object({ http: z.int(), https: z.int(), certificate: z.string() })
const brokerSchema = z.object({ socketPath: z.string() })

export const broker: Bench = {
  about: 'requests through the broker, and the same straight to the server, on loopback',
  async run({ say }) {
    await using upstream = await startPart('broker/upstream-part.ts', upstreamSchema)
    const { http, https, certificate } = upstream.facts
    const env = { HTTP_PORT: String(http), HTTPS_PORT: String(https) }
    await using door = await startPart('broker/broker-part.ts', brokerSchema, env)
    await using forwarder = await startForwarder(door.facts.socketPath)

    const at = (port: number) => ({ host: '127.0.0.1', port })
    const socket = { path: door.facts.socketPath, socketPath: door.facts.socketPath }
    using direct = createClient({ http: at(http), https: at(https), proxied: false }, certificate)
    using socketOnly = createClient({ http: socket, https: socket, proxied: true }, certificate)
    using forwarded = createClient({ http: at(forwarder.port), https: at(forwarder.port), proxied: true }, certificate)
    say('client, broker and server are processes of their own; as in a sandbox, a forwarder leads to the socket')
    const figures: Figure[] = []
    for (const measurement of measurements) {
      figures.push(...(await measure(measurement, { direct, socketOnly, forwarded })))
    }
    return figures
  },
}

async function measure(
  { what, unit, rounds, run }: Measurement,
  clients: Readonly<Record<'direct' | 'socketOnly' | 'forwarded', Client>>,
): Promise<Figure[]> {
  const sides = Object.entries(clients).map(
    ([side, client]) => [side, async () => ({ value: await run(client) })] as const,
  )
  const samples = await interleave(new Map(sides), { rounds, warmUp: 2 })
  const of = (side: keyof typeof clients) => summarise(samples.get(side) ?? [], 'value')
  const other = { name: 'direct', summary: of('direct') }
  return [
    { what, unit, ours: of('forwarded'), other, aim: null },
    { what: '  without the forwarder', unit, ours: of('socketOnly'), other, aim: null },
  ]
}
