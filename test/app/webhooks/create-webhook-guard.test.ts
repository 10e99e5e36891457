import { createHmac } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createAppServer } from '../../../app/server.ts'
import { WebhookSecretError } from '../../../app/webhooks/check-webhook-secret.ts'
import { commented, labeled, now } from './payloads.ts'
import { nothingElse, post, rawPost, secret, signedHeaders, startApp } from './start-app.ts'

const body = JSON.stringify(labeled)
const megabyte = 1024 * 1024
const marker = 'MARKER-OF-AN-UNVERIFIED-BODY'
const forged = JSON.stringify({ ...labeled, marker })
const hmac = (algorithm: string, text: string) => createHmac(algorithm, secret).update(text).digest('hex')

describe('the webhook guard', () => {
  it('lets through what GitHub signed', async () => {
    await using app = await startApp({ now })

    const response = await post(app, 'issues', body)

    expect(response.status).toBe(202)
    expect(app.accepted).toHaveLength(1)
    expect(app.accepted[0]).toMatchObject({ kind: 'label', label: 'airlock', sender: { id: 42 } })
  })

  it.each([
    ['no signature', { 'x-hub-signature-256': undefined }],
    ['a SHA-1 signature only', { 'x-hub-signature-256': undefined, 'x-hub-signature': `sha1=${hmac('sha1', forged)}` }],
    ['a SHA-1 signature in its place', { 'x-hub-signature-256': `sha1=${hmac('sha1', forged)}` }],
    ['a truncated signature', { 'x-hub-signature-256': `sha256=${hmac('sha256', forged).slice(0, 63)}` }],
    ['a signature without its name', { 'x-hub-signature-256': hmac('sha256', forged) }],
    ['an empty signature', { 'x-hub-signature-256': 'sha256=' }],
    ['two signatures', { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}, sha256=${hmac('sha256', forged)}` }],
    ['the signature of another body', { 'x-hub-signature-256': `sha256=${hmac('sha256', body)}` }],
    [
      'a signature by the key that everybody knows',
      { 'x-hub-signature-256': `sha256=${createHmac('sha256', 'development').update(forged).digest('hex')}` },
    ],
  ])('refuses %s and logs nothing of the body', async (_what, headers) => {
    await using app = await startApp({ now })

    const response = await post(app, 'issues', forged, headers)

    expect(response.status).toBe(401)
    expect(await response.text()).not.toContain(marker)
    expect(app.accepted).toEqual([])
    expect(app.log()).toContain('webhook refused')
    expect(app.log()).not.toContain(marker)
  })

  it('refuses a body in which one bit was flipped, wherever', async () => {
    await using app = await startApp({ now })
    const headers = await signedHeaders(body, 'issues')

    for (const place of [0, 100, body.length - 1]) {
      const flipped = Buffer.from(body)
      flipped[place] = (flipped[place] ?? 0) ^ 1
      const request = rawPost(app, { ...headers, 'content-length': String(flipped.length) })
      request.socket.write(flipped)
      expect(await request.status).toBe(401)
      request.socket.destroy()
    }

    expect(app.accepted).toEqual([])
  })

  it('signs over bytes, not over text', async () => {
    await using app = await startApp({ now })
    const broken = Buffer.concat([Buffer.from('{"zen":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')])
    const asText = broken.toString('utf8')
    const ofBytes = createHmac('sha256', secret).update(broken).digest('hex')

    const statuses = []
    for (const signature of [ofBytes, hmac('sha256', asText)]) {
      const headers = { ...(await signedHeaders('x', 'ping')), 'x-hub-signature-256': `sha256=${signature}` }
      const request = rawPost(app, { ...headers, 'content-length': String(broken.length) })
      request.socket.write(broken)
      statuses.push(await request.status)
      request.socket.destroy()
    }

    expect(statuses).toEqual([200, 401])
  })

  it.each([
    ['a comment event with the body of a label', 'issue_comment', body],
    ['an issue event with the body of a comment', 'issues', JSON.stringify(commented('/airlock fix it'))],
    ['a push with the body of a label', 'push', body],
    ['a ping with the body of a label', 'ping', body],
    ['an issue event with the body of a ping', 'issues', '{"zen":"Keep it logically awesome.","hook_id":1}'],
    ['an event without a name', '', body],
    ['an event with a strange name', '../issues', body],
    ['a body that is a list', 'issues', '[]'],
    ['a body that is null', 'issues', 'null'],
    ['a body that is no JSON', 'issues', '{"issue":'],
    ['an empty body', 'issues', ''],
    ['a label without the fields that GitHub sends', 'issues', '{"action":"labeled","issue":{},"installation":{}}'],
  ])('refuses %s', async (_what, event, text) => {
    await using app = await startApp({ now })
    const signature = `sha256=${hmac('sha256', text)}`

    const response = await post(app, 'issues', text === '' ? ' ' : text, {
      'x-github-event': event,
      'x-hub-signature-256': text === '' ? `sha256=${hmac('sha256', ' ')}` : signature,
    })

    expect(response.status).toBe(400)
    expect(app.accepted).toEqual([])
  })

  it.each([
    [405, 'GET', {}],
    [415, 'POST', { 'content-type': 'application/x-www-form-urlencoded' }],
    [415, 'POST', { 'content-encoding': 'gzip' }],
    [400, 'POST', { 'x-github-delivery': '../../etc/passwd' }],
    [400, 'POST', { 'x-github-delivery': 'a'.repeat(65) }],
  ])('answers %i to %s with %j', async (status, method, headers) => {
    await using app = await startApp({ now })

    const response = await fetch(`${app.url}/api/github/webhooks`, {
      method,
      headers: { ...(await signedHeaders(body, 'issues')), ...headers },
      ...(method === 'POST' ? { body } : {}),
    })

    expect(response.status).toBe(status)
    expect(app.accepted).toEqual([])
  })

  it('refuses 25 MB and one byte by its announced length, before it is sent', async () => {
    await using app = await startApp({ now })
    const headers = await signedHeaders('x', 'issues')

    const request = rawPost(app, { ...headers, 'content-length': String(25 * megabyte + 1) })

    expect(await request.status).toBe(413)
    request.socket.destroy()
  })

  it('takes exactly 25 MB where it is signed', async () => {
    await using app = await startApp({ now })
    const frame = JSON.stringify({ zen: '' })
    const full = JSON.stringify({ zen: 'z'.repeat(25 * megabyte - frame.length) })

    const response = await post(app, 'ping', full)

    expect(Buffer.byteLength(full)).toBe(25 * megabyte)
    expect(response.status).toBe(200)
  })

  it('bounds what all senders together make it keep', async () => {
    await using app = await startApp({ now, bodyLimits: { bytesInFlight: 100_000, totalMs: 5000, paceMs: 5000 } })
    const headers = { ...(await signedHeaders('x', 'issues')), 'content-length': String(megabyte) }
    const requests = Array.from({ length: 4 }, () => rawPost(app, headers))

    for (const { socket } of requests) socket.write(Buffer.alloc(40_000))
    const status = await Promise.any(requests.map((request) => request.status))

    expect(status).toBe(503)
    for (const { socket } of requests) socket.destroy()
    const after = await post(app, 'issues', body)
    expect(after.status).toBe(202)
  })

  it('cuts off a sender of one byte a second', async () => {
    await using app = await startApp({ now, bodyLimits: { paceMs: 300, paceBytes: 1024, totalMs: 60_000 } })
    const request = rawPost(app, { ...(await signedHeaders(body, 'issues')), 'content-length': String(body.length) })
    const drip = setInterval(() => request.socket.write('{'), 100)

    const status = await request.status

    clearInterval(drip)
    expect(status).toBe(408)
    expect(app.accepted).toEqual([])
    request.socket.destroy()
  })

  it('cuts off a sender that keeps the pace and never ends', async () => {
    await using app = await startApp({ now, bodyLimits: { paceMs: 100, paceBytes: 1, totalMs: 400 } })
    const request = rawPost(app, { ...(await signedHeaders(body, 'issues')), 'content-length': String(megabyte) })
    const drip = setInterval(() => request.socket.write(Buffer.alloc(100)), 20)

    const status = await request.status

    clearInterval(drip)
    expect(status).toBe(408)
    request.socket.destroy()
  })

  it('closes the connection of a refused sender who goes on sending', async () => {
    await using app = await startApp({ now })
    const headers = { ...(await signedHeaders('x', 'issues')), 'content-length': String(25 * megabyte + 1) }
    const request = rawPost(app, headers)
    const drip = setInterval(() => request.socket.write(Buffer.alloc(100)), 50)

    await request.status
    await request.closed

    clearInterval(drip)
    expect(request.socket.destroyed).toBe(true)
  })

  it('survives a sender who hangs up in the middle', async () => {
    await using app = await startApp({ now })
    const request = rawPost(app, { ...(await signedHeaders(body, 'issues')), 'content-length': String(body.length) })
    request.socket.write(body.slice(0, 100))
    await sleep(20)
    request.socket.destroy()

    const response = await post(app, 'issues', body)

    expect(response.status).toBe(202)
  })

  it.each([
    ['none', ''],
    ['spaces', '                    '],
    ["Probot's default", 'development'],
    ['a default with capitals', 'Development'],
    ['a long one that everybody knows', 'your-webhook-secret-here'],
    ['a short one', 'fifteen-letters'],
  ])('refuses to start with %s for a webhook secret, and does not repeat it', (_what, webhookSecret) => {
    const start = () =>
      createAppServer({
        webhookSecret,
        intake: { accept: async () => 'accepted', acceptLife: async () => 'accepted' },
        pulls: { accept: async () => 'accepted' },
        rest: nothingElse,
        log: { info: () => undefined, warn: () => undefined, error: () => undefined },
      })

    expect(start).toThrow(WebhookSecretError)
    if (webhookSecret.trim() !== '') expect(start).not.toThrow(webhookSecret)
  })
})
