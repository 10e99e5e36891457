import type { Redis } from 'ioredis'
import { approvalsOf, type HeldEntry, heldEntrySchema, type JobRequest } from '../contract/index.ts'
import type { Held, HeldChanges, HeldPlace } from '../pipeline/ports/index.ts'
import { answered } from './answered.ts'
import { blockedIndexKey, heldKey, heldPlaceKey, heldSeconds } from './held-keys.ts'
import { keepScript } from './held-scripts.ts'
import { decodeKept, encodeKept } from './kept-codec.ts'
import { keptEntryOf, keptKey } from './kept-entry.ts'
import { fenceLost, ledgerEntryKey } from './ledger.ts'
import { ledgerSeconds } from './settings.ts'

/** Held changes as one attempt sees them. `privateKey` is the App's, in PEM. */
export function createHeldChanges(redis: Redis, privateKey: string, token: number): Omit<HeldChanges, 'placeFor'> {
  const key = keptKey(privateKey)
  return {
    async keep(request, place, held) {
      const sealed = await encodeKept(key, request.id, held)
      if (sealed === null) return null
      const until = new Date(Date.now() + heldSeconds * 1000)
      const keys = [
        ledgerEntryKey('jobs', request.id),
        heldKey(request.id),
        blockedIndexKey,
        heldPlaceKey({ repository: request.repository.id, number: place.number }),
      ]
      const entry = JSON.stringify(keptEntryOf(request, held.kind, until))
      const placed = JSON.stringify(entryOf(request, place, held, until))
      const kept = [token, heldSeconds, request.id, entry, sealed, JSON.stringify(request), ledgerSeconds, placed]
      const reply = await answered(redis.eval(keepScript, keys.length, ...keys, ...kept))
      if (reply !== 1) throw fenceLost(request.id)
      return until
    },
    async load(jobId) {
      const sealed = await answered(redis.hgetBuffer(heldKey(jobId), 'change'))
      const kept = sealed === null ? null : await decodeKept(key, jobId, sealed)
      return kept?.kind === 'blocked' ? null : kept
    },
    async forget(jobId) {
      await answered(redis.del(heldKey(jobId)))
    },
  }
}

/** Who may decide is what the policy said when the job was asked for. */
function entryOf({ id, actor, policy }: JobRequest, { digest }: HeldPlace, { kind }: Held, until: Date): HeldEntry {
  return heldEntrySchema.parse({
    kind,
    jobId: id,
    digest,
    requester: actor,
    approvals: approvalsOf(policy),
    until: until.toISOString(),
    decision: null,
  })
}
