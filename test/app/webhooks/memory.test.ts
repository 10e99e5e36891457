import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { spawnProcess } from '../../../worker/process/spawn-process.ts'
import { type RawRequest, rawPost, signedHeaders } from './start-app.ts'

const megabyte = 1024 * 1024
const readinessSchema = z.object({ missing: z.tuple([z.string()]) })

let app: { readonly port: number; readonly rss: () => Promise<number>; readonly stop: () => Promise<void> }

beforeEach(async () => {
  app = await startAlone()
})

afterEach(async () => {
  await app.stop()
})

describe('the memory of the app', () => {
  it.each([
    ['25 MB and one byte', 25 * megabyte + 1],
    ['200 MB', 200 * megabyte],
  ])('grows by less than 50 MB when somebody sends %s without a signature', async (_what, bytes) => {
    const { 'x-hub-signature-256': _signature, ...unsigned } = await signedHeaders('x', 'issues')
    const before = await app.rss()

    const request = rawPost(app, { ...unsigned, 'transfer-encoding': 'chunked' })
    await sendChunks(request, bytes)

    expect(await request.status).toBe(401)
    expect((await app.rss()) - before).toBeLessThan(50 * megabyte)
    request.socket.destroy()
  })

  it('grows by less than 50 MB with a forged signature and a body that is one byte too long', async () => {
    const headers = { ...(await signedHeaders('x', 'issues')), 'transfer-encoding': 'chunked' }
    const before = await app.rss()

    const request = rawPost(app, headers)
    await sendChunks(request, 25 * megabyte + 1)

    expect(await request.status).toBe(413)
    expect((await app.rss()) - before).toBeLessThan(50 * megabyte)
    request.socket.destroy()
  })

  it('does not grow with every try', async () => {
    const headers = { ...(await signedHeaders('x', 'issues')), 'content-length': String(25 * megabyte) }
    const before = await app.rss()

    for (let turn = 0; turn < 12; turn += 1) {
      const request = rawPost(app, headers)
      await sendPlain(request, 25 * megabyte)
      expect(await request.status).toBe(401)
      request.socket.destroy()
    }

    expect((await app.rss()) - before).toBeLessThan(6 * 25 * megabyte)
  })
})

async function startAlone() {
  const child = spawnProcess([process.execPath, new URL('serve-alone.ts', import.meta.url).pathname], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {},
  })
  if (child.stdout === null) throw new Error('no output')
  const [line] = await once(child.stdout, 'data')
  const port = Number(String(line).trim())
  return {
    port,
    async rss() {
      const response = await fetch(`http://127.0.0.1:${port}/ready`)
      return Number(readinessSchema.parse(await response.json()).missing[0])
    },
    async stop() {
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}

const piece = Buffer.alloc(64 * 1024)
const crlf = Buffer.from('\r\n')

/** Chunked transfer of zeros at the pace that the server takes it, whatever the server answers meanwhile. */
async function sendChunks(request: RawRequest, bytes: number): Promise<void> {
  for (let sent = 0; sent < bytes && !request.socket.destroyed; sent += piece.length) {
    const size = Math.min(piece.length, bytes - sent)
    await write(request, Buffer.concat([Buffer.from(`${size.toString(16)}\r\n`), piece.subarray(0, size), crlf]))
  }
}

async function sendPlain(request: RawRequest, bytes: number): Promise<void> {
  for (let sent = 0; sent < bytes; sent += piece.length) await write(request, piece.subarray(0, bytes - sent))
}

async function write({ socket, closed }: RawRequest, bytes: Buffer): Promise<void> {
  if (!socket.write(bytes)) await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), closed])
}
