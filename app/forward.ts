import { type ClientRequest, type IncomingMessage, request as requestOf, type ServerResponse } from 'node:http'
import { pipeline } from 'node:stream'
import type { BaseLogger } from 'pino'
import type { RequestHandler } from './webhooks/create-webhook-guard.ts'

/** They are between two neighbours, and each side has its own. */
const hopByHop: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'expect', 'upgrade', 'te', 'trailer'])

/** Has requests answered by who listens on the socket at that path. Bodies are handed on as they come. */
export function createForward(socketPath: string, log: Pick<BaseLogger, 'warn'>): RequestHandler {
  return (request, response) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const { url: path, method } = request
    const onward = requestOf({ socketPath, path, method, headers: endToEnd(request.headers), agent: false })
    onward.once('response', (answer) => handBack(answer, response, resolve))
    onward.once('error', (error) => {
      // An answer may come before the whole body was taken, and what is left of it then has nowhere to go.
      if (!response.headersSent) {
        log.warn({ err: error }, 'a request could not be handed on')
        response.writeHead(502).end()
      }
      resolve()
    })
    handOn(request, onward, response)
    return promise
  }
}

function handOn(request: IncomingMessage, onward: ClientRequest, response: ServerResponse): void {
  request.pipe(onward)
  // Who asked has gone: nobody needs the answer.
  response.once('close', () => onward.destroy())
}

function handBack(answer: IncomingMessage, response: ServerResponse, done: () => void): void {
  response.writeHead(answer.statusCode ?? 502, endToEnd(answer.headers))
  pipeline(answer, response, () => done())
}

function endToEnd(headers: IncomingMessage['headers']): IncomingMessage['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hopByHop.has(name)))
}
