import { readFile } from 'node:fs/promises'
import { type IncomingMessage, request } from 'node:http'
import { createServer } from 'node:https'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { readHostTrust } from '../../../worker/broker/inspect/trust.ts'
import type { NetworkEntry } from '../../../worker/contract/index.ts'
import { listen, openWorld, portOf, publicAddress, type World, type WorldOptions } from '../broker-world.ts'
import { makeCertificate } from '../certificate.ts'
import { handshake, openTunnel } from '../raw-client.ts'
import { certificateFolder } from './certificate-folder.ts'

export const secret = 'npm_0123456789abcdefSECRET'

/** What arrived at the server behind the broker, request by request. */
export interface Arrived {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly raw: readonly string[]
}

export interface InspectedWorld extends AsyncDisposable {
  readonly broker: World
  readonly arrived: readonly Arrived[]
  /** TLS to `name` through a CONNECT to it, trusting what the session tells programs inside to trust. */
  connect(name?: string, servername?: string): Promise<TLSSocket>
  /** One request over it. */
  ask(question?: Question): Promise<Answer>
}

export interface Question {
  readonly method?: string
  readonly path?: string
  readonly name?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface Answer {
  readonly status: number
  readonly text: string
  readonly headers: IncomingMessage['headers']
}

export const host = 'npm.example'

/** A broker whose rule ends the TLS to a real server, which answers with the head of the request, as a debugger would. */
export async function openInspected(
  egress: readonly NetworkEntry[],
  options: Partial<WorldOptions> = {},
): Promise<InspectedWorld> {
  const certificate = await makeCertificate([host, 'other.example'])
  const folder = await certificateFolder(certificate.cert)
  const arrived: Arrived[] = []
  const server = createServer(certificate, (incoming, response) => {
    const { method = '', url = '', headers, rawHeaders } = incoming
    arrived.push({ method, url, headers, raw: rawHeaders })
    incoming.resume()
    response.setHeader('x-saw', String(headers.authorization ?? 'nothing'))
    response.end(`saw ${JSON.stringify(headers)}`)
  })
  const stop = await listen(server)
  const port = portOf(server)
  const broker = await openWorld({
    egress,
    secrets: { NPM_TOKEN: secret },
    names: { [host]: [publicAddress], 'other.example': [publicAddress] },
    routes: { [`${publicAddress}:443`]: port, [`${publicAddress}:80`]: port, [`${publicAddress}:8443`]: port },
    ...options,
    deps: { certificates: folder.path, ...options.deps },
  })
  const trusted = await trustOf(broker)

  async function connect(name = host, servername = name): Promise<TLSSocket> {
    const { socket } = await openTunnel(broker.socketPath, name.includes(':') ? name : `${name}:443`)
    return handshake(socket, { servername, ca: [...trusted] })
  }

  return {
    broker,
    arrived,
    connect,
    async ask({ method = 'GET', path = '/', name = host, headers = {} } = {}) {
      const socket = await connect(name, name.split(':', 1)[0])
      return answerOf(socket, { method, path, headers: { host: name, ...headers } })
    },
    async [Symbol.asyncDispose]() {
      await broker[Symbol.asyncDispose]()
      await stop()
      await folder[Symbol.asyncDispose]()
    },
  }
}

async function trustOf(broker: World): Promise<readonly string[]> {
  const [tool] = broker.session.tools
  return tool === undefined ? [] : (await readHostTrust(tool.path)).pems
}

async function answerOf(
  socket: TLSSocket,
  { method, path, headers }: Required<Pick<Question, 'method' | 'path' | 'headers'>>,
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  request({ createConnection: () => socket, method, path, headers })
    .once('response', resolve)
    .once('error', reject)
    .end()
  const response = await promise
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk)
  socket.destroy()
  return { status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString(), headers: response.headers }
}

/** What the session's bundle says. */
export async function bundleOf({ session }: World): Promise<string> {
  return readFile(join(session.tools[0]?.path ?? '', 'ca-certificates.crt'), 'utf8')
}
