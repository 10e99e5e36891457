import { once } from 'node:events'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { spawnProcess } from '../../worker/process/spawn-process.ts'
import { connectRedis } from '../../worker/queue/connect-redis.ts'
import { startEmbeddedRedis } from '../../worker/queue/embedded-redis.ts'
import { eventually } from './eventually.ts'
import { silent } from './start-redis.ts'

const fixture = fileURLToPath(new URL('./fixtures/redis-owner.ts', import.meta.url))

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'airlock-redis-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('the embedded Redis', () => {
  it('passes our own checks and keeps what it was given', async () => {
    const first = await startEmbeddedRedis(folder)
    const redis = await connectRedis({ url: first.url, log: silent })
    await redis.set('kept', 'yes')
    redis.disconnect()
    await first[Symbol.asyncDispose]()

    await using second = await startEmbeddedRedis(folder)
    const again = await connectRedis({ url: second.url, log: silent })
    const kept = await again.get('kept')
    again.disconnect()

    expect(kept).toBe('yes')
  })

  it('listens on a socket of its user alone and on no port', async () => {
    await using server = await startEmbeddedRedis(folder)
    const redis = await connectRedis({ url: server.url, log: silent })

    const port = await redis.config('GET', 'port')
    const { mode } = await stat(server.url)
    redis.disconnect()

    expect(port).toEqual(['port', '0'])
    expect(mode & 0o777).toBe(0o700)
  })

  it('says so when the folder is in use, and leaves the other one alone', async () => {
    await using first = await startEmbeddedRedis(folder)

    const second = startEmbeddedRedis(folder)

    await expect(second).rejects.toMatchObject({ name: 'QueueError', code: 'in-use' })
    const redis = await connectRedis({ url: first.url, log: silent })
    redis.disconnect()
  })

  it('starts over a socket and a lock file that a crash left', async () => {
    const crashed = await startEmbeddedRedis(folder)
    process.kill(crashed.pid, 'SIGKILL')

    await using server = await startEmbeddedRedis(folder)

    expect(server.pid).not.toBe(crashed.pid)
  })

  it('dies with the process that started it, so that the next one can start', async () => {
    const owner = spawnProcess([process.execPath, fixture, folder], { env: {}, stdio: ['ignore', 'pipe', 'inherit'] })
    const [line] = await once(owner.stdout?.setEncoding('utf8') ?? owner, 'data')
    const pid = Number(line)
    expect(() => process.kill(pid, 0)).not.toThrow()

    owner.kill('SIGKILL')
    await eventually(() => expect(() => process.kill(pid, 0)).toThrow())

    await using next = await startEmbeddedRedis(folder)
    expect(next.pid).not.toBe(pid)
  })

  it('refuses a folder whose path is too long for a socket', async () => {
    const long = join(folder, 'x'.repeat(120))

    await expect(startEmbeddedRedis(long)).rejects.toMatchObject({ code: 'start-failed' })
  })
})
