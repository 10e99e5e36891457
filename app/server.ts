/**
 * The app's HTTP server: webhooks, the API, health and readiness, nothing else. Imports webhooks and api; is given the
 * intake, so that it knows neither Redis nor GitHub.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { BaseLogger } from 'pino'
import { isApiPath, type RequestHandler } from './api/create-api.ts'
import { acceptDelivery, type Intake, type PullIntake } from './webhooks/accept-delivery.ts'
import { createWebhookGuard } from './webhooks/create-webhook-guard.ts'
import type { BodyLimits } from './webhooks/read-signed-body.ts'

/** Where Probot listens, and so where every App that it registered sends. */
export const webhookPath = '/api/github/webhooks'

export interface AppServerDeps {
  readonly webhookSecret: string
  readonly intake: Intake
  /** What answers below `/api/jobs`; left out: nothing does. */
  readonly api?: RequestHandler
  readonly pulls: PullIntake
  /** What is not there yet, a line each; empty means that work can be taken. */
  readonly checkReadiness: (signal: AbortSignal) => Promise<readonly string[]>
  readonly log: Pick<BaseLogger, 'info' | 'warn' | 'error'>
  readonly now?: () => Date
  readonly bodyLimits?: Partial<BodyLimits>
}

export interface AppServer {
  /** Port 0 takes a free one. Rejects with the system's error where it cannot listen. */
  listen(address: { readonly host: string; readonly port: number }): Promise<{ readonly port: number }>
  /** Takes nothing new, lets what is running finish for `graceMs`, then cuts it off. */
  close(graceMs?: number): Promise<void>
}

const readinessMs = 2000
/** GitHub needs a few; more are somebody who wants to use up our memory. */
const maxConnections = 1024

/** Throws WebhookSecretError where the secret proves nothing. */
export function createAppServer(deps: AppServerDeps): AppServer {
  const guard = createWebhookGuard({
    secret: deps.webhookSecret,
    onDelivery: (delivery) => acceptDelivery(deps, delivery),
    log: deps.log,
    now: deps.now ?? (() => new Date()),
    ...(deps.bodyLimits === undefined ? {} : { limits: deps.bodyLimits }),
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url?.split('?', 1)[0]
    if (path === webhookPath) return guard(request, response)
    if (deps.api !== undefined && isApiPath(path)) return deps.api(request, response)
    request.resume()
    if (request.method !== 'GET') return writeJson(response, 404, { status: 'not found' })
    if (path === '/health') return writeJson(response, 200, { status: 'ok' })
    if (path === '/ready') return writeReadiness(response)
    return writeJson(response, 404, { status: 'not found' })
  }

  async function writeReadiness(response: ServerResponse): Promise<void> {
    const missing = await deps.checkReadiness(AbortSignal.timeout(readinessMs)).catch((error: unknown) => {
      deps.log.warn({ err: error }, 'readiness could not be checked')
      return ['readiness could not be checked']
    })
    const ready = missing.length === 0
    writeJson(response, ready ? 200 : 503, { status: ready ? 'ready' : 'not ready', missing })
  }

  const server = createServer({ headersTimeout: 5000, requestTimeout: 30_000, keepAliveTimeout: 5000 })
  server.maxConnections = maxConnections
  server.on('request', (request, response) => {
    answer(request, response).catch((error: unknown) => {
      deps.log.error({ err: error }, 'a request could not be answered')
      response.destroy()
    })
  })

  return {
    listen({ host, port }) {
      const { promise, resolve, reject } = Promise.withResolvers<{ readonly port: number }>()
      server.once('error', reject)
      server.listen({ host, port }, () => {
        server.off('error', reject)
        resolve({ port: portOf(server.address()) })
      })
      return promise
    },
    close(graceMs = 5000) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const cutOff = setTimeout(() => server.closeAllConnections(), graceMs)
      server.close(() => {
        clearTimeout(cutOff)
        resolve()
      })
      server.closeIdleConnections()
      return promise
    },
  }
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0
}

function writeJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'x-content-type-options': 'nosniff' })
  response.end(`${JSON.stringify(body)}\n`)
}
