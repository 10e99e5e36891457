import type { Redis } from 'ioredis'
import type { BlockedChanges } from '../pipeline/ports/index.ts'
import { answered } from './answered.ts'
import { blockedIndexKey, heldKey, heldKeyPrefix, heldSeconds, mostBlocked } from './held-keys.ts'
import { keepBlockedScript } from './held-scripts.ts'
import { encodeKept } from './kept-codec.ts'
import { keptEntryOf, keptKey } from './kept-entry.ts'
import { fenceLost, ledgerEntryKey } from './ledger.ts'

/** Blocked changes as one attempt sees them. `privateKey` is the App's, in PEM. */
export function createBlockedChanges(redis: Redis, privateKey: string, token: number): BlockedChanges {
  const key = keptKey(privateKey)
  return {
    async keep(request, blocked) {
      const sealed = await encodeKept(key, request.id, blocked)
      if (sealed === null) return null
      const until = new Date(Date.now() + heldSeconds * 1000)
      const entry = JSON.stringify(keptEntryOf(request, 'blocked', until))
      const keys = [ledgerEntryKey('jobs', request.id), heldKey(request.id), blockedIndexKey]
      const kept = [token, heldSeconds, request.id, entry, sealed, mostBlocked, heldKeyPrefix]
      const reply = await answered(redis.eval(keepBlockedScript, keys.length, ...keys, ...kept))
      if (reply !== 1) throw fenceLost(request.id)
      return until
    },
    async forget(jobId) {
      await answered(redis.del(heldKey(jobId)))
    },
  }
}
