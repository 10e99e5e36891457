/**
 * Registers the GitHub App in the browser, by GitHub's manifest flow and at the addresses that Probot uses for it.
 * Imports nothing of ours but the place of the webhooks.
 *
 * Probot's own set-up is not used: it takes any App's key from whoever reaches its port, believes the Host header,
 * reads app.yml from the folder it happens to be in, and sends webhooks through a relay of others. Here the server
 * listens on loopback alone, the page opens only with the key that was printed for the operator, and the code is only
 * taken with the state that went out with that page.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { BaseLogger } from 'pino'
import { webhookPath } from '../server.ts'
import { convertCode, type RegisteredApp } from './convert-code.ts'
import type { Manifest } from './parse-manifest.ts'
import { setupPage } from './setup-page.ts'

export interface SetupDeps {
  readonly manifest: Manifest
  /** Where GitHub will reach the app, such as `https://airlock.example.com`. */
  readonly publicUrl: string
  /** `https://github.com` and `https://api.github.com`, or a GitHub Enterprise Server's. */
  readonly gitHub: { readonly web: string; readonly api: string }
  /** Register it for this organisation; null: for the account that is signed in. */
  readonly organisation: string | null
  /** Keeps what nobody can ask for again. What it throws is shown as a failure. */
  readonly save: (app: RegisteredApp) => Promise<void>
  readonly log: Pick<BaseLogger, 'info' | 'error'>
}

export interface SetupServer extends AsyncDisposable {
  /** For the operator's eyes: whoever has it may register the App. */
  readonly url: string
  /** Resolves when the App is registered and saved. */
  readonly registered: Promise<RegisteredApp>
}

const loopback = '127.0.0.1'
/** Also through a tunnel from another port. Any other name is a page of somebody's that was made to point here. */
const loopbackHost = /^(?:localhost|127\.0\.0\.1):\d{1,5}$/
const codePattern = /^[A-Za-z0-9_-]{1,200}$/

interface Reply {
  readonly status: number
  readonly body: string
  readonly location?: string
}

const notFound: Reply = { status: 404, body: 'not found' }

/** Port 0 takes a free one. */
export async function createSetupServer(deps: SetupDeps, port: number): Promise<SetupServer> {
  const key = randomBytes(24).toString('base64url')
  const state = randomBytes(24).toString('base64url')
  const registered = Promise.withResolvers<RegisteredApp>()
  let converting = false

  async function reply(request: IncomingMessage): Promise<Reply> {
    const host = request.headers.host ?? ''
    if (request.method !== 'GET' || !loopbackHost.test(host)) return notFound
    const url = new URL(request.url ?? '/', `http://${host}`)
    if (url.pathname === '/probot' && isSame(url.searchParams.get('key'), key)) return page(url.origin)
    if (url.pathname === '/probot/setup' && isSame(url.searchParams.get('state'), state)) return register(url)
    return notFound
  }

  function page(origin: string): Reply {
    const { manifest, publicUrl, gitHub, organisation } = deps
    const account = organisation === null ? '' : `/organizations/${encodeURIComponent(organisation)}`
    const action = `${gitHub.web}${account}/settings/apps/new?state=${state}`
    const full = {
      ...manifest,
      url: publicUrl,
      hook_attributes: { url: new URL(webhookPath, publicUrl).href, active: true },
      redirect_url: `${origin}/probot/setup`,
    }
    return { status: 200, body: setupPage({ action, manifest: full }) }
  }

  async function register(url: URL): Promise<Reply> {
    const code = url.searchParams.get('code') ?? ''
    if (converting || !codePattern.test(code)) return { status: 400, body: 'this code cannot be used' }
    converting = true
    try {
      const app = await convertCode(deps.gitHub.api, code)
      await deps.save(app)
      registered.resolve(app)
      deps.log.info({ appId: app.appId }, 'the GitHub App is registered')
      return { status: 302, body: 'registered', location: `${app.url}/installations/new` }
    } catch (error) {
      converting = false
      deps.log.error({ err: error }, 'the GitHub App could not be registered')
      return { status: 502, body: 'GitHub did not hand out the App; start again' }
    }
  }

  const server = createServer({ headersTimeout: 5000, requestTimeout: 10_000 }, (request, response) => {
    request.resume()
    reply(request).then(
      (answer) => write(response, answer, deps.gitHub.web),
      () => response.destroy(),
    )
  })
  const listening = Promise.withResolvers<void>()
  server.once('error', listening.reject).listen({ host: loopback, port }, listening.resolve)
  await listening.promise
  const address = server.address()
  const bound = typeof address === 'object' && address !== null ? address.port : port
  return {
    url: `http://localhost:${bound}/probot?key=${key}`,
    registered: registered.promise,
    async [Symbol.asyncDispose]() {
      const closed = Promise.withResolvers<void>()
      server.close(() => closed.resolve())
      server.closeIdleConnections()
      await closed.promise
    },
  }
}

function isSame(given: string | null, expected: string): boolean {
  const [a, b] = [Buffer.from(given ?? ''), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}

function write(response: ServerResponse, { status, body, location }: Reply, gitHub: string): void {
  response.writeHead(status, {
    'content-type': body.startsWith('<!doctype html>') ? 'text/html; charset=utf-8' : 'text/plain; charset=utf-8',
    'content-security-policy': `default-src 'none'; form-action ${gitHub}; frame-ancestors 'none'; base-uri 'none'`,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    connection: 'close',
    ...(location === undefined ? {} : { location }),
  })
  response.end(body)
}
