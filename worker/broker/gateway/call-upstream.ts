import type { IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { Agent as HttpAgent, request as httpRequest } from '../http.ts'

interface UpstreamRequest {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  readonly idleMs: number
  readonly signal: AbortSignal
}

/** No byte came for too long: it may work on, and be paid for. */
export class SilentModelError extends Error {
  override readonly name = 'SilentModelError'
}

/** Connections to models of one session, kept open between turns. */
export interface UpstreamCaller {
  /** Resolves with the head of the answer. Throws what Node throws when there is none. */
  call(request: UpstreamRequest): Promise<IncomingMessage>
  close(): void
}

export function createUpstreamCaller(): UpstreamCaller {
  const agents = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) }
  return {
    call({ url, headers, body, idleMs, signal }) {
      const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
      const options = { method: 'POST', headers, signal }
      const outgoing =
        url.protocol === 'https:'
          ? httpsRequest(url, { ...options, agent: agents.https })
          : httpRequest(url, { ...options, agent: agents.http })
      outgoing.once('response', resolve).on('error', reject)
      outgoing.setTimeout(idleMs, () => outgoing.destroy(new SilentModelError('the model was silent for too long')))
      outgoing.end(body)
      return promise
    },
    close() {
      agents.http.destroy()
      agents.https.destroy()
    },
  }
}

/**
 * Joins the operator's base URL and a request's path. Base URLs are given with the version in them for some providers
 * (`https://host/v1`) and without for others; the version is not doubled.
 */
export function upstreamUrl(baseUrl: string, path: string, query: string): URL {
  const base = new URL(baseUrl)
  const prefix = base.pathname.replace(/\/{1,100}$/, '')
  const rest = /\/v\d+(?:beta)?$/.test(prefix) ? path.replace(/^\/v\d+(?:beta)?(?=\/)/, '') : path
  base.pathname = prefix + rest
  base.search = query
  return base
}
