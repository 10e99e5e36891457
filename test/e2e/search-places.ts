import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { findSecretForms, secretForms } from '../../worker/seal/secret-forms.ts'

/** Finds a value, in any way of writing it down, in places that a test names. */
export function searchFor(value: string) {
  const forms = secretForms('canary', value)
  const has = (content: Uint8Array) => findSecretForms(content, forms) !== null
  return {
    has: (content: unknown) =>
      has(Buffer.from(typeof content === 'string' ? content : (JSON.stringify(content) ?? ''))),
    /** Files that have it, in their content or in their name. */
    async files(folder: string): Promise<string[]> {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true })
      const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
      const found = await Promise.all(paths.map(async (path) => has(Buffer.from(path)) || has(await readFile(path))))
      return paths.filter((_path, at) => found[at])
    },
    /** Keys that have it, in their value as Redis gives it. */
    async redis(url: string): Promise<string[]> {
      const redis = new Redis(url)
      try {
        const keys = await redis.keys('*')
        const found = await Promise.all(
          keys.map(async (key) => has(Buffer.concat([Buffer.from(key), await read(redis, key)]))),
        )
        return keys.filter((_key, at) => found[at])
      } finally {
        redis.disconnect()
      }
    },
  }
}

const wholeOf: Readonly<Record<string, (key: string) => readonly [string, ...string[]]>> = {
  string: (key) => ['GET', key],
  hash: (key) => ['HGETALL', key],
  list: (key) => ['LRANGE', key, '0', '-1'],
  set: (key) => ['SMEMBERS', key],
  zset: (key) => ['ZRANGE', key, '0', '-1'],
  stream: (key) => ['XRANGE', key, '-', '+'],
}

/** The whole of a key's value, whatever its type. */
async function read(redis: Redis, key: string): Promise<Buffer> {
  const type = await redis.type(key)
  const [command, ...args] = wholeOf[type]?.(key) ?? []
  if (command === undefined) throw new Error(`${key} is of an unknown type, ${type}`)
  return joined(await redis.callBuffer(command, ...args))
}

function joined(reply: unknown): Buffer {
  if (Array.isArray(reply)) return Buffer.concat(reply.map(joined))
  return Buffer.isBuffer(reply) ? reply : Buffer.from(`${reply}`)
}
