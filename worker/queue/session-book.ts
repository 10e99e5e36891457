import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { SessionOf, Sessions } from '../pipeline/ports/index.ts'
import { answered } from './answered.ts'
import { open, seal, sealingKey } from './sealed-box.ts'
import { ledgerSeconds } from './settings.ts'

/** The key is sealed with the text: a session in another pull request's place would be told to that one's agent. */
const sealedSchema = z.strictObject({ key: z.string(), session: z.string() })

/**
 * The last sessions of each pull request, sealed with a key that is made from the App's. `privateKey` is that one, in
 * PEM; `days` is for how long, null and at most as long as anything is remembered. Methods throw QueueUnavailableError.
 */
export function createSessionBook(redis: Redis, privateKey: string, days: number | null): Sessions {
  const sealing = sealingKey(privateKey, 'airlock sessions')
  const seconds = days === null ? ledgerSeconds : Math.min(days * 24 * 3600, ledgerSeconds)
  return {
    async read(of, pullRequest) {
      const key = sessionKey(of, pullRequest)
      const sealed = await answered(redis.getBuffer(key))
      const text = sealed === null ? null : open(sealing, sealed)
      if (text === null) return null
      const found = sealedSchema.safeParse(JSON.parse(text.toString('utf8'))).data
      return found?.key === key ? found.session : null
    },
    async keep(of, pullRequest, session) {
      const key = sessionKey(of, pullRequest)
      const sealed = seal(sealing, Buffer.from(JSON.stringify({ key, session })))
      await answered(redis.set(key, sealed, 'EX', seconds))
    },
  }
}

/** What the keys of all pull requests of a repository begin with. */
export const sessionKeysOf = (installationId: number | null, repositoryId: number) =>
  `airlock:session:${installationId}:${repositoryId}:`

const sessionKey = ({ installationId, repository }: SessionOf, pullRequest: number) =>
  `${sessionKeysOf(installationId, repository.id)}${pullRequest}`
