import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { spawnProcess } from '../../worker/process/spawn-process.ts'

export interface HttpBackend extends AsyncDisposable {
  readonly origin: string
  /** Method and path of every request that was let through. */
  readonly requests: string[]
  /** Answers everything with this status from now on, and for a redirect where to. */
  failWith(status: number, location?: string): void
  /** Holds every request back until the promise is settled, and says when the first one arrives. */
  hold(until: Promise<unknown>): Promise<void>
}

/** `git http-backend` over the folders below `root`, for those who bring the right token while it lives. */
export async function startHttpBackend(
  root: string,
  token: string,
  isLive: () => boolean = () => true,
): Promise<HttpBackend> {
  const requests: string[] = []
  const state: {
    status: number | null
    headers: Record<string, string>
    until: Promise<unknown>
    arrived: () => void
  } = {
    status: null,
    headers: {},
    until: Promise.resolve(),
    arrived: () => undefined,
  }
  const expected = `Basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`
  const server = createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy())
  })
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    state.arrived()
    await state.until
    if (state.status !== null) return void response.writeHead(state.status, state.headers).end()
    if (request.headers.authorization !== expected || !isLive()) return void response.writeHead(401).end()
    requests.push(`${request.method} ${request.url}`)
    await runBackend(root, request, response)
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${portOf(server)}`,
    requests,
    failWith: (status, location) => {
      state.status = status
      state.headers = location === undefined ? {} : { location }
    },
    hold: (until) =>
      new Promise((resolve) => {
        state.until = until
        state.arrived = resolve
      }),
    async [Symbol.asyncDispose]() {
      if (!server.listening) return
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function runBackend(root: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost')
  const child = spawnProcess(['git', 'http-backend'], {
    env: {
      PATH: process.env.PATH ?? '',
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method ?? 'GET',
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: '*',
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  if (child.stdin === null || child.stdout === null) throw new Error('no pipes')
  request.pipe(child.stdin)
  child.stdin.on('error', () => undefined)
  const chunks: Buffer[] = []
  for await (const chunk of child.stdout) chunks.push(chunk)
  const output = Buffer.concat(chunks)
  const end = output.indexOf('\r\n\r\n')
  const headers = output.subarray(0, end).toString('latin1').split('\r\n')
  const status = headers.find((line) => line.startsWith('Status: '))?.slice('Status: '.length) ?? '200'
  for (const line of headers.filter((line) => !line.startsWith('Status: '))) {
    const colon = line.indexOf(':')
    if (colon > 0) response.setHeader(line.slice(0, colon), line.slice(colon + 1).trim())
  }
  response.writeHead(Number.parseInt(status, 10)).end(output.subarray(end + 4))
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('not listening on a port')
  return address.port
}
