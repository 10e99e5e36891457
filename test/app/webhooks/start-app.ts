import { randomUUID } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { sign } from '@octokit/webhooks-methods'
import pino from 'pino'
import { createRest, type RestDeps } from '../../../app/rest.ts'
import { type AppServerDeps, createAppServer, webhookPath } from '../../../app/server.ts'
import type { RequestHandler } from '../../../app/webhooks/create-webhook-guard.ts'
import type { IntakeEvent, LifeEvent } from '../../../worker/contract/index.ts'

export const secret = 'a webhook secret for tests'

export interface TestApp extends AsyncDisposable {
  readonly port: number
  readonly url: string
  readonly accepted: IntakeEvent[]
  readonly acceptedLife: LifeEvent[]
  /** All that was logged, as text. */
  log(): string
}

/** For a server that is asked for webhooks alone. */
export const nothingElse: RequestHandler = async (_request, response) => {
  response.destroy()
}

type Changes = Partial<AppServerDeps> & Partial<Pick<RestDeps, 'checkReadiness'>>

/** The real server on a free port, before an intake that remembers. */
export async function startApp({ checkReadiness = async () => [], ...changes }: Changes = {}): Promise<TestApp> {
  const accepted: IntakeEvent[] = []
  const acceptedLife: LifeEvent[] = []
  const lines: string[] = []
  const log = pino({ level: 'trace' }, { write: (line: string) => lines.push(line) })
  const server = createAppServer({
    webhookSecret: secret,
    intake: {
      async accept(event) {
        const known = accepted.some((other) => other.eventKey === event.eventKey)
        if (!known) accepted.push(event)
        return known ? 'duplicate' : 'accepted'
      },
      async acceptLife(event) {
        acceptedLife.push(event)
        return 'accepted'
      },
    },
    pulls: { accept: async () => 'accepted' },
    rest: createRest({ checkReadiness, log }),
    log,
    ...changes,
  })
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 })
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    accepted,
    acceptedLife,
    log: () => lines.join(''),
    [Symbol.asyncDispose]: () => server.close(2000),
  }
}

export async function signedHeaders(body: string, event: string): Promise<Record<string, string>> {
  return {
    'content-type': 'application/json',
    'x-github-event': event,
    'x-github-delivery': randomUUID(),
    'x-hub-signature-256': await sign(secret, body),
  }
}

/** Posts a webhook; `headers` replace or, where undefined, remove the right ones. */
export async function post(
  app: TestApp,
  event: string,
  body: string,
  headers: Record<string, string | undefined> = {},
): Promise<Response> {
  const all = { ...(await signedHeaders(body, event)), ...headers }
  const set = Object.entries(all).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, value]],
  )
  return fetch(app.url + webhookPath, { method: 'POST', body, headers: set })
}

export interface RawRequest {
  readonly socket: Socket
  /** The status line, as soon as there is one. */
  readonly status: Promise<number>
  /** Resolves when the server has closed the connection. */
  readonly closed: Promise<void>
}

/** A request whose body the test writes by hand. */
export function rawPost(app: { readonly port: number }, headers: Record<string, string>): RawRequest {
  const socket = connect(app.port, '127.0.0.1')
  const status = Promise.withResolvers<number>()
  const closed = Promise.withResolvers<void>()
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1')
    const line = /^HTTP\/1\.1 (\d{3})/.exec(text)
    if (line?.[1] !== undefined) status.resolve(Number(line[1]))
  })
  socket.on('error', () => undefined)
  socket.on('close', () => {
    status.reject(new Error(`closed without a status: ${text}`))
    closed.resolve()
  })
  status.promise.catch(() => undefined)
  const lines = Object.entries({ host: 'localhost', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`POST ${webhookPath} HTTP/1.1\r\n${lines.join('')}\r\n`)
  return { socket, status: status.promise, closed: closed.promise }
}
