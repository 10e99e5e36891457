import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, request as requestOf } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import pino from 'pino'
import { expect, it } from 'vitest'
import { createForward } from '../../app/forward.ts'
import type { RequestHandler } from '../../app/webhooks/create-webhook-guard.ts'
import { startApp, type TestApp } from './webhooks/start-app.ts'

/** An app that hands on what is no webhook to `answer`, which listens on a socket. */
async function startForwarding(stack: AsyncDisposableStack, answer: RequestHandler): Promise<TestApp> {
  const folder = await mkdtemp(join(tmpdir(), 'airlock-forward-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const socketPath = join(folder, 'rest')
  const server = createServer((request, response) => void answer(request, response)).listen(socketPath)
  await once(server, 'listening')
  stack.defer(() => {
    server.close()
    server.closeAllConnections()
  })
  return stack.use(await startApp({ rest: createForward(socketPath, pino({ level: 'silent' })) }))
}

it('hands on method, path, headers and body, and hands back status, headers and body', async () => {
  await using stack = new AsyncDisposableStack()
  const app = await startForwarding(stack, async (request, response) => {
    const { method, url, headers } = request
    const asked = { method, url, token: headers.authorization, body: await text(request) }
    response.writeHead(418, { 'x-answer': 'tea' }).end(JSON.stringify(asked))
  })

  const response = await fetch(`${app.url}/api/jobs?all=1`, {
    method: 'POST',
    headers: { authorization: 'Bearer abc' },
    body: 'x'.repeat(300_000),
  })

  expect([response.status, response.headers.get('x-answer')]).toEqual([418, 'tea'])
  const asked = { method: 'POST', url: '/api/jobs?all=1', token: 'Bearer abc', body: 'x'.repeat(300_000) }
  expect(await response.json()).toEqual(asked)
})

it('hands back an answer that comes before the whole body', async () => {
  await using stack = new AsyncDisposableStack()
  const app = await startForwarding(stack, async (_request, response) => {
    response.writeHead(413).end('too large')
  })

  const asked = requestOf(`${app.url}/api/jobs`, { method: 'POST' })
  asked.on('error', () => undefined)
  asked.write('the first part of a body that never ends')
  const [answer] = await once(asked, 'response')

  expect(answer.statusCode).toBe(413)
  expect(await text(answer)).toBe('too large')
  asked.destroy()
})

it('tells who answers when who asked has gone', async () => {
  await using stack = new AsyncDisposableStack()
  const asked = Promise.withResolvers<void>()
  const gone = Promise.withResolvers<void>()
  const app = await startForwarding(stack, async (_request, response) => {
    response.once('close', () => gone.resolve())
    asked.resolve()
  })
  const leaving = new AbortController()

  const answer = fetch(`${app.url}/api/jobs`, { signal: leaving.signal })
  await asked.promise
  leaving.abort()

  await expect(answer).rejects.toThrow()
  await gone.promise
})

it('answers 502 where nobody listens', async () => {
  const rest = createForward(join(tmpdir(), 'airlock-nobody-listens-here'), pino({ level: 'silent' }))
  await using app = await startApp({ rest })

  const response = await fetch(`${app.url}/health`)

  expect(response.status).toBe(502)
})
