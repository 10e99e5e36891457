import { spawn } from 'node:child_process'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { gitEnvironment } from './run-git.ts'

export interface BackendRequest {
  readonly gitDir: string
  /** What follows the repository in the path, such as `/info/refs`. */
  readonly service: string
  readonly query: string
  readonly protectedBranches: readonly string[]
  readonly mayChangeWorkflows: boolean
  readonly signal: AbortSignal
}

/** Answers one request by `git http-backend`, as a CGI server would; the status it gave. */
export function serveGit(backend: BackendRequest, request: IncomingMessage, response: ServerResponse): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', ['http-backend'], { env: cgiEnvironment(backend, request), signal: backend.signal })
    let head = Buffer.alloc(0)
    const readHead = (chunk: Buffer): void => {
      head = Buffer.concat([head, chunk])
      const gap = head.indexOf('\r\n\r\n')
      if (gap < 0) return
      child.stdout.off('data', readHead)
      writeHead(head.subarray(0, gap).toString('latin1'), response)
      response.write(head.subarray(gap + 4))
      child.stdout.pipe(response)
    }
    child.stdout.on('data', readHead)
    child.stderr.resume()
    child.on('error', reject)
    child.on('close', () => {
      if (!response.headersSent) response.writeHead(500).end()
      resolve(response.statusCode)
    })
    // A client that leaves takes its git with it.
    response.on('close', () => child.kill())
    child.stdin.on('error', () => undefined)
    request.pipe(child.stdin)
  })
}

function writeHead(head: string, response: ServerResponse): void {
  for (const line of head.split('\r\n')) {
    const colon = line.indexOf(':')
    const [name, value] = [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    if (name === 'status') response.statusCode = Number.parseInt(value, 10)
    else response.setHeader(name, value)
  }
}

function cgiEnvironment(backend: BackendRequest, request: IncomingMessage): Record<string, string> {
  const header = (name: string) => String(request.headers[name] ?? '')
  return {
    ...gitEnvironment,
    GIT_HTTP_EXPORT_ALL: '1',
    REQUEST_METHOD: request.method ?? 'GET',
    PATH_TRANSLATED: `${backend.gitDir}${backend.service}`,
    PATH_INFO: backend.service,
    QUERY_STRING: backend.query,
    CONTENT_TYPE: header('content-type'),
    HTTP_CONTENT_ENCODING: header('content-encoding'),
    GIT_PROTOCOL: header('git-protocol'),
    REMOTE_USER: 'x-access-token',
    REMOTE_ADDR: '127.0.0.1',
    STAND_IN_PROTECTED: backend.protectedBranches.join(' '),
    STAND_IN_WORKFLOWS: backend.mayChangeWorkflows ? 'allowed' : 'refused',
    ...(request.headers['content-length'] === undefined ? {} : { CONTENT_LENGTH: request.headers['content-length'] }),
  }
}
