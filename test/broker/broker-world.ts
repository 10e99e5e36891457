import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo, Server } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrokerDeps, createBrokerFactory } from '../../worker/broker/create-broker-factory.ts'
import { connectTcp } from '../../worker/broker/egress/connect-checked.ts'
import type { OperatorPresets } from '../../worker/broker/presets.ts'
import type { BrokerDecision, BrokerSession, BrokerSpec, ModelExchange } from '../../worker/pipeline/ports/broker.ts'

/** A public address that nothing here ever dials: the world maps it to a sink on loopback. */
export const publicAddress = '93.184.216.34'

/** Dials a server on loopback where the public address is meant, and every other address as it is. */
export function connectToLoopback(port: number): BrokerDeps['connect'] {
  return (address, asked) => (address === publicAddress ? connectTcp('127.0.0.1', port) : connectTcp(address, asked))
}

export interface World extends AsyncDisposable {
  readonly session: BrokerSession
  readonly socketPath: string
  readonly decisions: BrokerDecision[]
  readonly exchanges: ModelExchange[]
  /** Every address that the broker dialled, as `address:port`. */
  readonly dialled: string[]
}

export interface WorldOptions {
  readonly egress?: BrokerSpec['egress']
  readonly secrets?: Readonly<Record<string, string>>
  readonly phase?: BrokerSpec['phase']
  readonly model?: BrokerSpec['model']
  readonly owner?: BrokerSpec['owner']
  readonly repository?: BrokerSpec['repository']
  /** Addresses by name; a list of lists answers one list per question. Others do not resolve. */
  readonly names?: Readonly<Record<string, readonly string[] | readonly (readonly string[])[]>>
  /** Where `address:port` really leads: a port on loopback. What is not here is dialled as it is. */
  readonly routes?: Readonly<Record<string, number>>
  readonly deps?: Partial<BrokerDeps>
}

/** An operator whose package managers use these. */
export function presetsOf(targets: OperatorPresets['targets'] = new Map(), env: OperatorPresets['env'] = new Map()) {
  return async (): Promise<OperatorPresets> => ({ targets, env })
}

const noUpstream = { baseUrl: 'http://127.0.0.1:9', apiKey: null }

/** Opens a broker whose name service and routes are made up, and whose sockets are real. */
export async function openWorld(options: WorldOptions = {}): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'airlock-broker-'))
  const socketPath = join(folder, 'door', 'broker.sock')
  const decisions: BrokerDecision[] = []
  const exchanges: ModelExchange[] = []
  const dialled: string[] = []
  const factory = createBrokerFactory({
    presets: presetsOf(),
    upstreams: { anthropic: noUpstream, openai: noUpstream, gemini: noUpstream },
    resolver: answering(options.names ?? {}),
    connect(address, port) {
      dialled.push(`${address}:${port}`)
      const local = options.routes?.[`${address}:${port}`]
      return local === undefined ? connectTcp(address, port) : connectTcp('127.0.0.1', local)
    },
    ...options.deps,
  })
  const session = await factory.open(
    {
      jobId: 'job0000000001',
      phase: options.phase ?? 'setup',
      socketPath,
      owner: options.owner ?? null,
      repository: options.repository ?? { id: 1, owner: 'acme', name: 'widget' },
      egress: options.egress ?? [],
      secrets: new Map(Object.entries(options.secrets ?? {})),
      model: options.model ?? null,
    },
    { onDecision: (decision) => decisions.push(decision), onExchange: (exchange) => exchanges.push(exchange) },
  )
  return {
    ...{ session, socketPath, decisions, exchanges, dialled },
    async [Symbol.asyncDispose]() {
      await session[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function answering(names: NonNullable<WorldOptions['names']>): (name: string) => Promise<readonly string[]> {
  const asked = new Map<string, number>()
  return async (name) => {
    const count = asked.get(name) ?? 0
    asked.set(name, count + 1)
    const answers = names[name]
    if (answers === undefined) throw new Error(`no such name: ${name}`)
    const answer = answers[Math.min(count, answers.length - 1)]
    return typeof answer === 'string' || answer === undefined ? answers.flat() : answer
  }
}

export interface Sink extends AsyncDisposable {
  readonly port: number
  /** All bytes that ever arrived, as text. */
  received(): string
  connections(): number
  /** Settles when the first byte is here. */
  readonly reached: Promise<void>
}

/** Judges attacks: a TCP listener that writes down what arrives and answers the first bytes with `answer`. */
export async function startSink(answer = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nsink'): Promise<Sink> {
  const chunks: Buffer[] = []
  const reached = Promise.withResolvers<void>()
  let connections = 0
  const server = createServer((socket) => {
    connections += 1
    socket.on('error', () => {})
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.once('data', () => {
      reached.resolve()
      socket.write(answer)
    })
  })
  const stop = await listen(server)
  return {
    port: portOf(server),
    received: () => Buffer.concat(chunks).toString('latin1'),
    connections: () => connections,
    reached: reached.promise,
    [Symbol.asyncDispose]: stop,
  }
}

/** Listens on a free port of 127.0.0.1. Returns what stops it, and every connection to it. */
export async function listen(server: Server, host = '127.0.0.1', port = 0): Promise<() => Promise<void>> {
  const open = new Set<{ destroy(): void }>()
  server.on('connection', (socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  return async () => {
    for (const socket of open) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  }
}

export function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server does not listen on a port')
  return address.port
}
