/**
 * The app's HTTP server: webhooks, and who answers all else. Imports webhooks; is given the intake, so that it knows
 * neither Redis nor GitHub.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { BaseLogger } from 'pino'
import { acceptDelivery, type Intake, type PullIntake } from './webhooks/accept-delivery.ts'
import { createWebhookGuard, type RequestHandler } from './webhooks/create-webhook-guard.ts'
import type { BodyLimits } from './webhooks/read-signed-body.ts'

/** Where Probot listens, and so where every App that it registered sends. */
export const webhookPath = '/api/github/webhooks'

export interface AppServerDeps {
  readonly webhookSecret: string
  readonly intake: Intake
  readonly pulls: PullIntake
  /** Answers what is no webhook. */
  readonly rest: RequestHandler
  readonly log: Pick<BaseLogger, 'info' | 'warn' | 'error'>
  readonly now?: () => Date
  readonly bodyLimits?: Partial<BodyLimits>
}

export interface Address {
  readonly host: string
  readonly port: number
  /** Others of the same user listen there too, and the kernel gives each of them a share of the connections. */
  readonly reusePort?: boolean
}

export interface AppServer {
  /** Port 0 takes a free one. Rejects with the system's error where it cannot listen. */
  listen(address: Address): Promise<{ readonly port: number }>
  /** Takes nothing new, lets what is running finish for `graceMs`, then cuts it off. */
  close(graceMs?: number): Promise<void>
}

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
    return deps.rest(request, response)
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
    listen({ host, port, reusePort = false }) {
      const { promise, resolve, reject } = Promise.withResolvers<{ readonly port: number }>()
      server.once('error', reject)
      server.listen({ host, port, reusePort }, () => {
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
