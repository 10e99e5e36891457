/** Which repositories of an owner's own an installation was found not to reach, so that not every job asks again. */
import type { Redis } from 'ioredis'
import { answered } from './answered.ts'

/** Methods throw QueueUnavailableError. */
export interface UnreachedBook {
  /** For five minutes, or until the installation is told of a change. */
  note(installationId: number, name: string): Promise<void>
  has(installationId: number, name: string): Promise<boolean>
  forget(installationId: number): Promise<void>
}

const freshMs = 300_000
const keyOf = (installationId: number) => `airlock:unreached:${installationId}`

/** KEYS unreached · ARGV name, milliseconds. None is known for longer than since the first of them was noted. */
const noteScript = `
redis.call('SADD', KEYS[1], ARGV[1])
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 1`

export function createUnreachedBook(redis: Redis): UnreachedBook {
  return {
    async note(installationId, name) {
      await answered(redis.eval(noteScript, 1, keyOf(installationId), name, freshMs))
    },
    has: async (installationId, name) => (await answered(redis.sismember(keyOf(installationId), name))) === 1,
    async forget(installationId) {
      await answered(redis.del(keyOf(installationId)))
    },
  }
}
