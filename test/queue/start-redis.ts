import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Redis } from 'ioredis'
import { connectRedis } from '../../worker/queue/connect-redis.ts'
import { type EmbeddedRedis, startEmbeddedRedis } from '../../worker/queue/embedded-redis.ts'

export const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }

export interface TestRedis extends AsyncDisposable {
  readonly folder: string
  readonly server: EmbeddedRedis
  /** A connection as production has it. */
  readonly redis: Redis
}

/** A real redis-server in a folder of its own. */
export async function startRedis(): Promise<TestRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'airlock-redis-'))
  const server = await startEmbeddedRedis(folder)
  const redis = await connectRedis({ url: server.url, log: silent })
  return {
    folder,
    server,
    redis,
    async [Symbol.asyncDispose]() {
      redis.disconnect()
      await server[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
