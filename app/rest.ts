/**
 * What is answered beside webhooks: the API, health and readiness, nothing else. Imports the API; is given what it asks,
 * so that it knows neither Redis nor GitHub.
 */
import type { ServerResponse } from 'node:http'
import type { BaseLogger } from 'pino'
import { isApiPath, type RequestHandler } from './api/create-api.ts'

export interface RestDeps {
  /** What answers below `/api/jobs`; left out: nothing does. */
  readonly api?: RequestHandler
  /** What is not there yet, a line each; empty means that work can be taken. */
  readonly checkReadiness: (signal: AbortSignal) => Promise<readonly string[]>
  readonly log: Pick<BaseLogger, 'warn'>
}

const readinessMs = 2000

export function createRest({ api, checkReadiness, log }: RestDeps): RequestHandler {
  async function writeReadiness(response: ServerResponse): Promise<void> {
    const missing = await checkReadiness(AbortSignal.timeout(readinessMs)).catch((error: unknown) => {
      log.warn({ err: error }, 'readiness could not be checked')
      return ['readiness could not be checked']
    })
    const ready = missing.length === 0
    writeJson(response, ready ? 200 : 503, { status: ready ? 'ready' : 'not ready', missing })
  }

  return async (request, response) => {
    const path = request.url?.split('?', 1)[0]
    if (api !== undefined && isApiPath(path)) return api(request, response)
    request.resume()
    if (request.method !== 'GET') return writeJson(response, 404, { status: 'not found' })
    if (path === '/health') return writeJson(response, 200, { status: 'ok' })
    if (path === '/ready') return writeReadiness(response)
    return writeJson(response, 404, { status: 'not found' })
  }
}

function writeJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'x-content-type-options': 'nosniff' })
  response.end(`${JSON.stringify(body)}\n`)
}
