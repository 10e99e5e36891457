import { readFile } from 'node:fs/promises'
import { createServer, request } from 'node:http'
import pino from 'pino'
import { describe, expect, it } from 'vitest'
import { createSetupServer, type SetupDeps } from '../../../app/setup/create-setup-server.ts'
import { parseManifest } from '../../../app/setup/parse-manifest.ts'

const manifest = parseManifest(await readFile(new URL('../../../app.yml', import.meta.url), 'utf8'))
const conversion = {
  id: 4711,
  pem: '-----BEGIN RSA PRIVATE KEY-----\nkey\n-----END RSA PRIVATE KEY-----\n',
  webhook_secret: 'a secret that GitHub made',
  html_url: 'https://github.com/apps/airlock',
}

interface World extends AsyncDisposable {
  readonly url: URL
  readonly saved: unknown[]
  readonly codes: string[]
  readonly registered: Promise<unknown>
}

/** The set-up before an API that trades codes for Apps. */
async function startSetup(changes: Partial<SetupDeps> = {}, status = 201): Promise<World> {
  const stack = new AsyncDisposableStack()
  const codes: string[] = []
  const saved: unknown[] = []
  const api = createServer((incoming, response) => {
    codes.push(`${incoming.method} ${incoming.url}`)
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(conversion))
  })
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve))
  stack.defer(() => new Promise<void>((resolve) => api.close(() => resolve())))
  const address = api.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const deps: SetupDeps = {
    manifest,
    publicUrl: 'https://airlock.example.com',
    gitHub: { web: 'https://github.com', api: `http://127.0.0.1:${port}` },
    organisation: null,
    save: async (app) => void saved.push(app),
    log: pino({ level: 'silent' }),
    ...changes,
  }
  const server = stack.use(await createSetupServer(deps, 0))
  return {
    url: new URL(server.url),
    saved,
    codes,
    registered: server.registered,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

async function openPage(world: World) {
  const html = await (await fetch(world.url)).text()
  const action = /action="([^"]*)"/.exec(html)?.[1] ?? ''
  const value = /name="manifest" value="([^"]*)"/.exec(html)?.[1] ?? ''
  const sent: unknown = JSON.parse(value.replaceAll('&quot;', '"').replaceAll('&amp;', '&').replaceAll('&#39;', "'"))
  return { action: new URL(action), sent }
}

function callback(world: World, state: string, code = 'c0de'): Promise<Response> {
  const url = new URL('/probot/setup', world.url)
  url.search = new URLSearchParams({ code, state }).toString()
  return fetch(url, { redirect: 'manual' })
}

describe('app.yml', () => {
  it('asks for what is used and nothing else', () => {
    expect(manifest.default_permissions).toEqual({
      metadata: 'read',
      contents: 'write',
      issues: 'write',
      pull_requests: 'write',
      checks: 'write',
    })
    expect(manifest.default_events).toEqual([
      'pull_request',
      'issues',
      'issue_comment',
      'pull_request_review_comment',
      'pull_request_review',
      'check_run',
      'check_suite',
      'repository',
    ])
  })
})

describe('the set-up', () => {
  it('registers the App from the manifest, keeps its key, and goes on to the installation', async () => {
    await using world = await startSetup()

    const { action, sent } = await openPage(world)
    const response = await callback(world, action.searchParams.get('state') ?? '')

    expect(action.origin + action.pathname).toBe('https://github.com/settings/apps/new')
    expect(sent).toMatchObject({
      ...manifest,
      hook_attributes: { url: 'https://airlock.example.com/api/github/webhooks', active: true },
      redirect_url: `${world.url.origin}/probot/setup`,
    })
    expect([response.status, response.headers.get('location')]).toEqual([
      302,
      'https://github.com/apps/airlock/installations/new',
    ])
    expect(world.codes).toEqual(['POST /app-manifests/c0de/conversions'])
    expect(world.saved).toMatchObject([{ appId: 4711, privateKey: conversion.pem }])
    expect(await world.registered).toEqual(world.saved[0])
  })

  it('registers it for an organisation where one is named', async () => {
    await using world = await startSetup({ organisation: 'octo' })

    const { action } = await openPage(world)

    expect(action.pathname).toBe('/organizations/octo/settings/apps/new')
  })

  it('takes one App, once', async () => {
    await using world = await startSetup()
    const { action } = await openPage(world)
    const state = action.searchParams.get('state') ?? ''

    const statuses = [await callback(world, state), await callback(world, state, 'another')].map(({ status }) => status)

    expect(statuses).toEqual([302, 400])
    expect(world.saved).toHaveLength(1)
  })

  it('can be tried again when GitHub refused', async () => {
    await using world = await startSetup({}, 404)
    const { action } = await openPage(world)
    const state = action.searchParams.get('state') ?? ''

    const statuses = [await callback(world, state), await callback(world, state)].map(({ status }) => status)

    expect(statuses).toEqual([502, 502])
    expect(world.saved).toEqual([])
  })

  it.each([
    ['a page without the key', '/probot'],
    ['a page with a wrong key', '/probot?key=wrong'],
    ["Probot's import of any App's key", '/probot/import'],
    ['a code without the state that went out', '/probot/setup?code=c0de'],
    ["a code with somebody else's state", '/probot/setup?code=c0de&state=wrong'],
    ['a webhook', '/api/github/webhooks'],
  ])('does not know %s', async (_what, path) => {
    await using world = await startSetup()

    const statuses = await Promise.all(
      ['GET', 'POST'].map(async (method) => (await fetch(new URL(path, world.url), { method })).status),
    )

    expect(statuses).toEqual([404, 404])
    expect(world.codes).toEqual([])
  })

  it('does not answer a page of another name that was made to point here', async () => {
    await using world = await startSetup()

    const statuses = await Promise.all(
      [world.url.host, 'evil.example', `evil.example:${world.url.port}`].map((host) => statusFor(world.url, host)),
    )

    expect(statuses).toEqual([200, 404, 404])
  })

  it('listens on loopback alone', async () => {
    await using world = await startSetup()

    const elsewhere = new URL(world.url)
    elsewhere.hostname = '127.0.0.2'

    await expect(fetch(elsewhere)).rejects.toThrow()
  })

  it.each(['', 'a/b', '../../app', 'x'.repeat(201)])('asks GitHub for no code like %j', async (code) => {
    await using world = await startSetup()
    const { action } = await openPage(world)

    const response = await callback(world, action.searchParams.get('state') ?? '', code)

    expect(response.status).toBe(400)
    expect(world.codes).toEqual([])
  })
})

function statusFor(url: URL, host: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  request({ host: '127.0.0.1', port: url.port, path: url.pathname + url.search, headers: { host } }, (response) => {
    response.resume()
    resolve(response.statusCode ?? 0)
  })
    .on('error', reject)
    .end()
  return promise
}
