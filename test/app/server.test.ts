import { describe, expect, it } from 'vitest'
import { labeled, now } from './webhooks/payloads.ts'
import { nothingElse, post, startApp } from './webhooks/start-app.ts'

describe('the app', () => {
  it('is healthy while it runs', async () => {
    await using app = await startApp()

    const response = await fetch(`${app.url}/health`)

    expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }])
  })

  it('is ready only when all that it needs is there', async () => {
    const missing: string[] = ['Redis is away']
    await using app = await startApp({ checkReadiness: async () => missing })

    const before = await fetch(`${app.url}/ready`)
    missing.pop()
    const after = await fetch(`${app.url}/ready`)

    expect([before.status, await before.json()]).toEqual([503, { status: 'not ready', missing: ['Redis is away'] }])
    expect([after.status, await after.json()]).toEqual([200, { status: 'ready', missing: [] }])
  })

  it('is not ready when the check itself fails, and does not say how', async () => {
    await using app = await startApp({
      checkReadiness: async () => {
        throw new Error('redis://user:password@host')
      },
    })

    const response = await fetch(`${app.url}/ready`)

    expect(response.status).toBe(503)
    expect(await response.text()).not.toContain('password')
  })

  it.each([
    ['GET', '/'],
    ['GET', '/probot'],
    ['GET', '/api/github'],
    ['POST', '/'],
    ['POST', '/health'],
    ['POST', '/api/github/webhooks/'],
    ['GET', '//health'],
  ])('has nothing at %s %s', async (method, path) => {
    await using app = await startApp({ now })

    const response = await fetch(app.url + path, { method, ...(method === 'POST' ? { body: 'x' } : {}) })

    expect(response.status).toBe(404)
  })

  it('finishes what it has begun when it is closed', async () => {
    const begun = Promise.withResolvers<void>()
    const goOn = Promise.withResolvers<'accepted'>()
    const intake = {
      acceptLife: async () => 'accepted' as const,
      accept() {
        begun.resolve()
        return goOn.promise
      },
    }
    const app = await startApp({ now, intake })
    const answer = post(app, 'issues', JSON.stringify(labeled))
    await begun.promise

    const closed = app[Symbol.asyncDispose]()
    goOn.resolve('accepted')

    expect((await answer).status).toBe(202)
    await closed
    await expect(fetch(`${app.url}/health`)).rejects.toThrow()
  })

  it('says so when its port is taken', async () => {
    await using first = await startApp()
    const { createAppServer } = await import('../../app/server.ts')
    const second = createAppServer({
      webhookSecret: 'a webhook secret for tests',
      intake: { accept: async () => 'accepted', acceptLife: async () => 'accepted' },
      pulls: { accept: async () => 'accepted' },
      rest: nothingElse,
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    })

    await expect(second.listen({ host: '127.0.0.1', port: first.port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })
})
